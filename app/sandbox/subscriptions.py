"""Who is told: the webhooks of each host, the site's own from the start."""

import threading
import uuid
from dataclasses import dataclass

from app.sandbox.catalogue import Host
from app.sandbox.state import Trigger

TRIGGERS = (
    *(one.value for one in Trigger),
    "MEETING_STARTED",
    "MEETING_ENDED",
    "RECORDING_READY",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "INSTANT_MEETING",
    "OOO_CREATED",
    "FORM_SUBMITTED",
    "FORM_SUBMITTED_NO_EVENT",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
)
DEFAULT_VERSION = "2021-10-20"


@dataclass(kw_only=True, eq=False)
class Subscription:
    """One webhook of a host, of one of the host's event types, or of an organisation."""

    id: str
    owner_id: int
    address: str
    triggers: tuple[str, ...]
    active: bool = True
    secret: str | None = None
    template: str | None = None
    version: str = DEFAULT_VERSION
    event_type_id: int | None = None
    organisation_id: int | None = None


class Subscriptions:
    """All webhooks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Subscription] = {}

    def add(self, one: Subscription) -> Subscription:
        """A further webhook; its id is given here."""
        with self._lock:
            one.id = str(uuid.uuid4())
            self._all[one.id] = one
            return one

    def remove(self, one: Subscription) -> None:
        """Tell this one nothing any more."""
        with self._lock:
            self._all.pop(one.id, None)

    def of(self, host: Host, *, event_type_id: int | None = None, organisation_id: int | None = None) -> list[Subscription]:
        """The webhooks of a host, or those of one event type or organisation, oldest first."""
        home = (event_type_id, organisation_id)
        with self._lock:
            mine = [one for one in self._all.values() if (one.event_type_id, one.organisation_id) == home]
            return [one for one in mine if home != (None, None) or one.owner_id == host.id]

    def told_of(self, trigger: str, *, host: Host, event_type_id: int) -> list[Subscription]:
        """Who hears of this; the same address at two levels hears it twice."""
        with self._lock:
            return [
                one
                for one in self._all.values()
                if one.active
                and one.owner_id == host.id
                and one.organisation_id is None
                and one.event_type_id in (None, event_type_id)
                and trigger in one.triggers
            ]

    def clear(self) -> None:
        """Forget all webhooks."""
        with self._lock:
            self._all.clear()
