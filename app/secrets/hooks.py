"""Which webhooks at Cal.com lead to this site: those of the account, and those of each of its event types."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.calcom.account import Home
from app.calcom.client import Client
from app.inbox.addresses import subscription_at


@dataclass(frozen=True)
class Hook:
    """One webhook that leads here."""

    id: str
    url: str
    subscription: str
    """Empty: the main one."""
    event_type_id: int | None
    secret: str = field(repr=False)

    @property
    def name(self) -> str:
        """What the owner knows it as."""
        return self.url if self.event_type_id is None else f"{self.url} (event type {self.event_type_id})"


def hooks(client: Client, *, site_url: str, subscriptions: Sequence[str]) -> tuple[Hook, ...]:
    """All that lead here. Cal.com's API does not list those of teams. Raises what the client raises."""
    return tuple(_found(client, site_url, subscriptions))


def _found(client: Client, site_url: str, subscriptions: Sequence[str]) -> Iterator[Hook]:
    levels: list[int | None] = [None, *(kind.id for kind in client.event_types.mine())]
    for event_type_id in levels:
        for webhook in client.webhooks.all(Home(event_type=event_type_id)):
            name = subscription_at(webhook.url, site_url=site_url, names=subscriptions)
            if name is not None:
                yield Hook(webhook.id, webhook.url, name, event_type_id, webhook.secret)


def sign_with(client: Client, hook: Hook, secret: str) -> None:
    """Cal.com signs what this webhook sends with another secret. Raises what the client raises."""
    client.webhooks.update(hook.id, secret=secret, home=Home(event_type=hook.event_type_id))
