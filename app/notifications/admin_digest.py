"""The owner's day on one page: what needs them, who comes today, what happened since the last summary."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from babel import dates

from app import clock
from app.bookings import queries as bookings
from app.bookings.models import Booking, Status
from app.bookings.policy import MailPolicy
from app.bookings.queries import status_of
from app.inbox import queries as deliveries
from app.mail.message import Email
from app.notifications import wording
from app.notifications.brand import Brand
from app.notifications.language import Words, words_for
from app.notifications.letter import to_owner
from app.notifications.links import Links, admin_url
from app.notifications.when import locale_of, when
from app.outbox import queries as outbox
from app.outbox.models import OutboxMessage
from app.outbox.publish import Wanted
from app.outbox.topics import Topic
from app.timing import zone_of

MOST = 20
"""Lines of one kind; what is beyond them is counted."""
STILL_WORTH_IT = timedelta(hours=6)
"""So late it may be; after that the next one is near enough."""

LABELS = {
    Status.CONFIRMED: "Confirmed",
    Status.PENDING: "Waiting for approval",
    Status.AWAITING_PAYMENT: "Payment due",
    Status.CANCELLED: "Cancelled",
    Status.REJECTED: "Declined",
    Status.COMPLETED: "Completed",
}


@dataclass(frozen=True)
class Line:
    """One line of the summary."""

    label: str
    words: str
    url: str = ""


@dataclass(frozen=True)
class Day:
    """What there is to say."""

    attention: list[Line]
    today: list[Line]
    news: list[Line]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.attention or self.today or self.news)


def due(policy: MailPolicy, *, now: datetime) -> datetime | None:
    """The moment of the newest summary that should have gone out and is still worth it; None when there is none."""
    if policy.digest_at is None or not policy.admin_email or not policy.sends(Topic.ADMIN_DIGEST):
        return None
    here = now.astimezone(zone_of(policy.place_time_zone))
    for day in (here.date(), here.date() - timedelta(days=1)):
        moment = datetime.combine(day, policy.digest_at, tzinfo=here.tzinfo).astimezone(UTC)
        if moment <= now < moment + STILL_WORTH_IT:
            return moment
    return None


def wanted(policy: MailPolicy, moment: datetime) -> Wanted:
    """The outbox row for the summary of that moment: one for each day of the place."""
    day = moment.astimezone(zone_of(policy.place_time_zone)).date()
    return Wanted(f"admin:{Topic.ADMIN_DIGEST}:{day}", Topic.ADMIN_DIGEST, policy.admin_email, {"at": moment.isoformat()}, due_at=moment)


def anything_to_say(moment: datetime, brand: Brand) -> bool:
    """Whether a summary of that moment would have a line."""
    return not _day(moment, brand, Links(site_url=""), Words("en")).empty


def compose(message: OutboxMessage, brand: Brand, links: Links) -> Email | None:
    """The mail to `ADMIN_EMAIL`; None when there is nothing to say."""
    moment = datetime.fromisoformat(message.data["at"])
    words = words_for(brand.languages[0], languages=brand.languages)
    return written(message, brand, links, day=_day(moment, brand, links, words), moment=moment)


def written(message: OutboxMessage, brand: Brand, links: Links, *, day: Day, moment: datetime) -> Email | None:
    """The mail about this day; None when there is nothing to say."""
    if day.empty:
        return None
    zone = brand.place_time_zone
    locale = locale_of(brand.languages[0], zone=zone)
    parts = (day.attention, day.today, day.news)
    values = {
        "day": dates.format_date(moment.astimezone(zone_of(zone)), "full", locale=locale),
        "zone": when(moment, end=moment, zone=zone, locale=brand.languages[0]).city or "UTC",
        "links": links,
        "attention": day.attention[:MOST],
        "today": day.today[:MOST],
        "news": day.news[:MOST],
        "more": sum(max(0, len(part) - MOST) for part in parts),
    }
    return to_owner(message=message, brand=brand, template="admin_digest", values=values)


def _day(moment: datetime, brand: Brand, links: Links, words: Words) -> Day:
    zone = zone_of(brand.place_time_zone)
    begin = datetime.combine(moment.astimezone(zone).date(), time(), tzinfo=zone)
    today = [each for each in bookings.starting_between(begin, begin + timedelta(days=1)) if each.status == Status.CONFIRMED]
    changed = bookings.changed_between(moment - timedelta(days=1), moment)
    return Day(
        attention=list(_attention(brand, links, words)),
        today=list(_lines(today, brand, links, words, with_day=False)),
        news=list(_lines(changed, brand, links, words, with_day=True)),
    )


def _attention(brand: Brand, links: Links, words: Words) -> Iterator[Line]:
    now = clock.now()
    waiting = [each for each in bookings.waiting_for_the_host() if each.start > now]
    yield from _lines(waiting, brand, links, words, with_day=True)
    if mails := outbox.stuck():
        yield Line(words.say("Mail not sent"), str(mails), f"{links.site_url}/admin/outbox?state=dead")
    if unread := deliveries.stuck():
        yield Line(words.say("Delivery not read"), str(unread), f"{links.site_url}/admin/inbox?state=dead")


def _lines(found: Iterable[Booking], brand: Brand, links: Links, words: Words, *, with_day: bool) -> Iterator[Line]:
    for booking in found:
        span = when(booking.start, end=booking.end, zone=brand.place_time_zone, locale=brand.languages[0], words=words)
        booker = wording.person(booking.booker_name)
        said = ", ".join(part for part in (span.short if with_day else "", wording.what(booking, words), booker) if part)
        label = words.say(LABELS[status_of(booking)]) if with_day else span.start_time
        yield Line(label, said, admin_url(links.site_url, reference=booking.reference))
