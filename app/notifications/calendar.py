"""The calendar file of a booking: with a mail, or as a download."""

from app.bookings.models import Booking
from app.mail.calendar import CalendarEvent, Person, booking_ics, is_address
from app.mail.message import CalendarPart, Method
from app.notifications.language import ENGLISH, Words
from app.notifications.wording import join_url, person, what, where
from app.timing import zone_of


def event_of(booking: Booking, *, site_name: str, organizer_email: str, manage_url: str = "", words: Words = ENGLISH) -> CalendarEvent:
    """The calendar entry of a booking, in the host's zone.

    The host's, because the meeting takes place by the host's clock: if a country changes its rules after the booking,
    the entry moves with the host. The booker is the only attendee: in a class nobody learns who else comes.
    """
    zone = zone_of(booking.host_time_zone)
    host = person(booking.host_name)
    join = join_url(booking)
    title = what(booking, words)
    lines = [
        words.say("Join: {url}", url=join) if join else "",
        words.say("Move or cancel: {url}", url=manage_url) if manage_url else "",
        words.say("Reference: {reference}", reference=booking.reference),
    ]
    return CalendarEvent(
        uid=booking.ical_uid,
        sequence=booking.sequence,
        title=words.say("{what} with {host}", what=title, host=host) if host else f"{title}, {site_name}",
        start=booking.start.astimezone(zone),
        end=booking.end.astimezone(zone),
        organizer=Person(email=organizer_email, name=site_name),
        attendees=(Person(email=booking.booker_email, name=person(booking.booker_name)),),
        location=where(booking, words),
        url=join or manage_url,
        description="\n".join(line for line in lines if line),
    )


def ics_for(booking: Booking, *, site_name: str, organizer_email: str, method: Method = "PUBLISH") -> bytes:
    """The calendar file as a download. Raises `ValueError` for a booking without a calendar UID (see `has_entry`)."""
    return booking_ics(event_of(booking, site_name=site_name, organizer_email=organizer_email), method)


def has_entry(booking: Booking) -> bool:
    """Whether the booking can have a calendar entry: without Cal.com's UID none can be moved or removed later."""
    return bool(booking.ical_uid)


def part_for(booking: Booking, *, method: Method, site_name: str, organizer_email: str, manage_url: str, words: Words = ENGLISH) -> CalendarPart | None:
    """The calendar part of a mail; None for a booking that cannot have an entry, or when nobody can be named organiser."""
    if not has_entry(booking) or not is_address(organizer_email):
        return None
    event = event_of(booking, site_name=site_name, organizer_email=organizer_email, manage_url=manage_url, words=words)
    return CalendarPart(method=method, content=booking_ics(event, method), filename="cancel.ics" if method == "CANCEL" else "invite.ics")
