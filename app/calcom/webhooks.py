"""Subscriptions to deliveries, of the account, of one event type or of an organisation. Teams as such have none.

https://cal.com/docs/api-reference/v2/webhooks/get-all-webhooks
"""

from collections.abc import Sequence

from app.calcom import read_account as read
from app.calcom.account import ACCOUNT, Home, Webhook
from app.calcom.calling import Caller, Lost
from app.calcom.errors import Unsure
from app.calcom.protocol import Call, filled, segment


class Webhooks:
    """What can be done with webhooks: those of the account, else of an event type or an organisation."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self, home: Home = ACCOUNT) -> tuple[Webhook, ...]:
        """All of them, with their secrets in clear."""
        return self._caller.read_all("list webhooks", _root(home), read.webhooks)

    def create(
        self,
        *,
        url: str,
        triggers: Sequence[str],
        secret: str,
        active: bool = True,
        template: str = "",
        version: str = "",
        home: Home = ACCOUNT,
    ) -> Webhook:
        """A new subscription. One more with the same URL is refused (409), without the number of the one there is: list first."""
        body = {"subscriberUrl": url, "triggers": list(triggers), "active": active}
        body |= filled(secret=secret, payloadTemplate=template, version=version)
        root = _root(home)
        call = Call("make a webhook", "POST", root, body=body)
        try:
            return self._caller.write(call, read.webhook)
        except Lost as lost:
            known = self._caller.settle(lost, lambda: tuple(row for row in self._caller.read_all("list webhooks", root, read.webhooks) if row.url == url))
            if known:
                return known[0]
            raise Unsure("Cal.com gave no proper answer when asked to make a webhook; whether it did is not known yet.", status=lost.status) from None

    def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        triggers: Sequence[str] | None = None,
        secret: str | None = None,
        active: bool | None = None,
        template: str | None = None,
        version: str | None = None,
        home: Home = ACCOUNT,
    ) -> Webhook:
        """The subscription with these changes."""
        body = filled(subscriberUrl=url, active=active, secret=secret, version=version)
        if template is not None:
            body["payloadTemplate"] = template
        if triggers is not None:
            body["triggers"] = list(triggers)
        call = Call("change a webhook", "PATCH", f"{_root(home)}/{segment(webhook_id)}", body=body)
        return self._caller.write_again(call, read.webhook)

    def delete(self, webhook_id: str, home: Home = ACCOUNT) -> None:
        """Removes one subscription; one that is gone already raises `NotFound`."""
        self._caller.delete(Call("delete a webhook", "DELETE", f"{_root(home)}/{segment(webhook_id)}"))


def _root(home: Home) -> str:
    if home.event_type is None:
        return "/webhooks" if home.organisation is None else f"/organizations/{segment(home.organisation)}/webhooks"
    above = "" if home.team is None else f"/teams/{segment(home.team)}"
    return f"{above}/event-types/{segment(home.event_type)}/webhooks"
