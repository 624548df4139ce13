"""Which mails this site sends, when, and to whom besides the booker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from app.timing import Step


@dataclass(frozen=True)
class MailPolicy:
    """What settings and site file say about mails, as far as a booking must know it."""

    kinds: frozenset[str] = frozenset({"all"})
    """Beginnings of kind names, or `all`."""
    admin_email: str = ""
    message_domain: str = "localhost"
    reminders: tuple[Step, ...] = ()
    """How long before the start people are reminded."""
    reminders_by_event_type: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    """The same for single event types, by slug; an empty one switches them off there."""
    follow_up: tuple[Step, ...] = ()
    """How long after the end of a completed meeting the mails of that sequence go out."""
    re_engagement: tuple[Step, ...] = ()
    """How long after a cancellation, or after a meeting to which nobody came."""
    sequence_event_types: frozenset[str] = frozenset()
    """Event types (slugs) that the two sequences are for; empty: all."""

    digest_at: time | None = None
    """When the owner's daily summary goes out, by the clock of the place; None: never."""
    place_time_zone: str = ""

    def sends(self, kind: str) -> bool:
        """Whether this site sends mails of the kind at all."""
        return "all" in self.kinds or any(kind.startswith(wanted) for wanted in self.kinds)

    def reminders_for(self, event_type: str) -> tuple[Step, ...]:
        """How long before the start of such a meeting people are reminded."""
        return self.reminders_by_event_type.get(event_type, self.reminders)

    def sequence(self, name: str, event_type: str) -> tuple[Step, ...]:
        """The delays of a sequence (`follow_up`, `re_engagement`) for an event type; empty when it has none."""
        if self.sequence_event_types and event_type not in self.sequence_event_types:
            return ()
        return self.follow_up if name == "follow_up" else self.re_engagement
