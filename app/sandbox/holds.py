"""Times that somebody keeps for a few minutes while filling in a form."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.sandbox.catalogue import EventType, Host


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One kept time."""

    uid: str
    kind: EventType
    start: datetime
    end: datetime
    until: datetime
    minutes_kept: int


class Holds:
    """All kept times; one that ran out counts no more."""

    def __init__(self) -> None:
        self._holds: dict[str, Hold] = {}

    def keep(self, hold: Hold) -> None:
        """Keep a time, or change what is kept."""
        self._holds[hold.uid] = hold

    def get(self, uid: str, now: datetime) -> Hold | None:
        """The hold with this uid, while it counts."""
        found = self._holds.get(uid)
        return found if found is not None and found.until > now else None

    def let_go(self, uid: str) -> None:
        """Forget a hold."""
        self._holds.pop(uid, None)

    def in_the_way(self, host: Host, start: datetime, minutes: int, now: datetime, *, but: str = "") -> int:
        """How many holds keep some of this time of the host."""
        end = start + timedelta(minutes=minutes)
        return sum(one.uid != but and one.kind.host is host and one.until > now and one.start < end and one.end > start for one in list(self._holds.values()))
