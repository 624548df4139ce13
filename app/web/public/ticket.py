"""A booking as its visitor may see it, and its calendar file."""

from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.bookings.models import Booking, Status
from app.bookings.queries import status_of
from app.config import Settings
from app.notifications.calendar import has_entry, ics_for
from app.notifications.wording import join_url, person, what, where
from app.site import Site
from app.web.filters import local, zone
from app.web.public import calcom
from app.web.public.links import calendar_url, manage_url

OPEN = frozenset({Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED})

NEXT = {
    Status.PENDING: "The time is held for you. You get a mail as soon as the request is approved or declined.",
    Status.AWAITING_PAYMENT: "The time is held for you until it is paid. The mail in your inbox leads to the payment as well.",
    Status.CONFIRMED: "",
    Status.CANCELLED: "Nothing is left to do. The time is free again for others.",
    Status.REJECTED: "The host could not take this time. Another one may fit.",
    Status.COMPLETED: "This meeting is over.",
}


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing a visitor can do."""

    label: str
    url: str
    icon: str
    quiet: bool = False
    danger: bool = False


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What the page shows; times are in the visitor's zone, and in the place's where clocks differ."""

    reference: str
    title: str
    status: Status
    moved: bool
    start: datetime
    end: datetime
    zone: str
    place_zone: str
    where: str
    meeting_url: str
    people: list[str]
    next: str
    links: list[Action]

    @property
    def other_day(self) -> bool:
        """Whether it is another day at the place."""
        return local(self.start, self.zone).date() != local(self.start, self.place_zone).date()


def ticket(booking: Booking, site: Site, links: list[Action]) -> Ticket:
    """The booking with the given actions."""
    status = status_of(booking)
    return Ticket(
        reference=booking.reference,
        title=what(booking),
        status=status,
        moved=booking.moved > 0 and status in OPEN,
        start=booking.start,
        end=booking.end,
        zone=booking.booker_time_zone if zone(booking.booker_time_zone) else site.place.time_zone,
        place_zone=site.place.time_zone,
        where=where(booking),
        meeting_url=join_url(booking) if status == Status.CONFIRMED else "",
        people=[name for name in (person(booking.booker_name), person(booking.host_name)) if name],
        next=NEXT[status],
        links=links,
    )


def actions_after_booking(booking: Booking, site: Site) -> list[Action]:
    """Calendar file, and the way to move or cancel; or to book again."""
    status = status_of(booking)
    if status not in OPEN:
        return [Action(label=site.home.action, url="/book", icon="calendar")]
    found = []
    if status == Status.CONFIRMED and has_entry(booking):
        found.append(Action(label="Add to calendar", url=calendar_url(booking.reference), icon="calendar"))
    if status == Status.AWAITING_PAYMENT:
        return [Action(label="Pay or cancel", url=manage_url(booking.reference), icon="check")]
    return [*found, Action(label="Move or cancel", url=manage_url(booking.reference), icon="move", quiet=True)]


def actions_to_manage(booking: Booking, site: Site, settings: Settings) -> list[Action]:
    """Move and cancel at Cal.com, by the uid that counts now; nothing of it once the start has passed."""
    if status_of(booking) not in OPEN or booking.start <= clock.now() or not booking.uids:
        return [Action(label=site.home.action, url="/book", icon="calendar")]
    uid, due = booking.uids[-1], booking.status == Status.AWAITING_PAYMENT
    first = Action(label="Finish the payment", url=calcom.booking_url(settings, uid), icon="check")
    if not due:
        first = Action(label="Choose another time", url=calcom.move_url(settings, uid), icon="move")
    found = [first, Action(label="Cancel this booking", url=calcom.cancel_url(settings, uid), icon="cross", quiet=True, danger=True)]
    if booking.status == Status.CONFIRMED and has_entry(booking):
        found.append(Action(label="Add to calendar", url=calendar_url(booking.reference), icon="calendar", quiet=True))
    return found


def calendar_file(booking: Booking, site: Site, settings: Settings) -> bytes:
    """The calendar entry: same UID as in the mails, so a calendar updates it and does not add a second one."""
    cancelled = booking.status in {Status.CANCELLED, Status.REJECTED}
    organizer = site.contact.email or booking.host_email or settings.sender
    return ics_for(booking, site_name=site.name, organizer_email=organizer, method="CANCEL" if cancelled else "PUBLISH")
