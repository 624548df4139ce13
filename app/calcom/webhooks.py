"""Subscriptions to deliveries, of the account or of one event type.

https://cal.com/docs/api-reference/v2/webhooks/get-all-webhooks
"""

from collections.abc import Sequence

from app.calcom import read_account as read
from app.calcom.account import Webhook
from app.calcom.calling import Caller, Lost
from app.calcom.errors import Unsure
from app.calcom.protocol import Call, filled, segment


class Webhooks:
    """What can be done with webhooks. With `event_type_id` they are those of that event type."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self, *, event_type_id: int | None = None) -> tuple[Webhook, ...]:
        """All of them, with their secrets in clear."""
        return self._caller.read_all("list webhooks", _root(event_type_id), read.webhooks)

    def create(
        self,
        *,
        url: str,
        triggers: Sequence[str],
        secret: str,
        active: bool = True,
        template: str = "",
        version: str = "",
        event_type_id: int | None = None,
    ) -> Webhook:
        """A new subscription. One more with the same URL is refused (409), without the number of the one there is: list first."""
        body = {"subscriberUrl": url, "triggers": list(triggers), "active": active}
        body |= filled(secret=secret, payloadTemplate=template, version=version)
        call = Call("make a webhook", "POST", _root(event_type_id), body=body)
        try:
            return self._caller.write(call, read.webhook)
        except Lost as lost:
            known = self._caller.settle(lost, lambda: tuple(row for row in self.all(event_type_id=event_type_id) if row.url == url))
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
        event_type_id: int | None = None,
    ) -> Webhook:
        """The subscription with these changes."""
        body = filled(subscriberUrl=url, active=active, secret=secret, payloadTemplate=template, version=version)
        if triggers is not None:
            body["triggers"] = list(triggers)
        call = Call("change a webhook", "PATCH", f"{_root(event_type_id)}/{segment(webhook_id)}", body=body)
        return self._caller.write_again(call, read.webhook)

    def delete(self, webhook_id: str, *, event_type_id: int | None = None) -> None:
        """Removes one subscription; one that is gone already raises `NotFound`."""
        self._caller.delete(Call("delete a webhook", "DELETE", f"{_root(event_type_id)}/{segment(webhook_id)}"))


def _root(event_type_id: int | None) -> str:
    return "/webhooks" if event_type_id is None else f"/event-types/{segment(event_type_id)}/webhooks"
