"""The mail to the owner about a cause of alarm, and the same words for the admin pages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from babel import dates

from app.mail.message import Email
from app.notifications.brand import Brand
from app.notifications.language import ENGLISH, Words, words_for
from app.notifications.letter import to_owner
from app.notifications.links import Links
from app.notifications.when import locale_of
from app.outbox.models import OutboxMessage
from app.outbox.topics import Topic
from app.timing import zone_of


class Cause(StrEnum):
    """What can be wrong with the site itself."""

    SILENCE = "silence"
    DELIVERIES_WAIT = "deliveries_wait"
    DELIVERIES_FAILED = "deliveries_failed"
    MAILS_WAIT = "mails_wait"
    MAILS_FAILED = "mails_failed"
    DISK = "disk"
    SYNC = "sync"
    SECRETS = "secrets"
    DRIFT = "drift"


class Said(NamedTuple):
    """The words for a cause."""

    heading: str
    line: str
    todo: str
    path: str
    """Where in the admin area it is looked into."""


DOCTOR = "/admin/doctor"
SAID: Mapping[Cause, Said] = {
    Cause.SILENCE: Said(
        "Cal.com has gone silent",
        "The last delivery came {when}. If people have booked since then, this site does not know of it.",
        "Run the doctor: it looks at the webhook at Cal.com and sends a test around.",
        DOCTOR,
    ),
    Cause.DELIVERIES_WAIT: Said(
        "Deliveries wait to be read",
        "The oldest has been waiting for {waited}. Nothing is lost, but bookings and mails come late.",
        "Run the doctor, and look into the log of the worker.",
        DOCTOR,
    ),
    Cause.DELIVERIES_FAILED: Said(
        "Deliveries could not be read",
        "Waiting for you: {count}. What they say about bookings is missing.",
        "Open each one to see why, and replay it.",
        "/admin/inbox?state=dead",
    ),
    Cause.MAILS_WAIT: Said(
        "Mails wait to be sent",
        "The oldest is {waited} late. They go out by themselves as soon as they can.",
        "Run the doctor: it speaks with the mail server.",
        DOCTOR,
    ),
    Cause.MAILS_FAILED: Said(
        "Mails could not be sent",
        "Waiting for you: {count}. Their readers have heard nothing.",
        "Open each one to see why, and send it again.",
        "/admin/outbox",
    ),
    Cause.DISK: Said(
        "The disk is nearly full",
        "{megabytes} MB are left. When nothing is left, deliveries are refused, and Cal.com does not repeat them.",
        "Make room on the disk, or move the data to a larger one.",
        DOCTOR,
    ),
    Cause.SYNC: Said(
        "The comparison with Cal.com fails",
        "The last good one was {when}. Until the next one, lost deliveries are not repaired.",
        "Run the doctor: it asks Cal.com with your key.",
        DOCTOR,
    ),
    Cause.SECRETS: Said(
        "A secret has become old",
        "In use for {days} days or more: {names}.",
        "Replace it: the doctor says how, one secret at a time.",
        DOCTOR,
    ),
    Cause.DRIFT: Said(
        "Cal.com is not as its file says",
        "Differences: {count}. The oldest is known since {when}.",
        "Look at the plan, then apply the file or adopt what Cal.com has.",
        "/admin/calcom",
    ),
}


def compose(message: OutboxMessage, brand: Brand, links: Links) -> Email:
    """The mail to `ADMIN_EMAIL`: what is wrong, or that it is good again."""
    words = words_for(brand.languages[0], languages=brand.languages)
    said = SAID[Cause(message.data["cause"])]
    over = message.kind == Topic.ADMIN_ALARM_OVER
    values = {
        "links": links,
        "over": over,
        "heading": words.say(said.heading),
        "line": line(said, message.data["values"], words, zone=brand.place_time_zone, locale=brand.languages[0]),
        "todo": words.say(said.todo),
        "url": f"{links.site_url}{said.path}",
        "since": moment(message.data["since"], zone=brand.place_time_zone, locale=brand.languages[0]),
    }
    return to_owner(message=message, brand=brand, template="admin_alarm", values=values)


def line(said: Said, values: Mapping[str, Any], words: Words = ENGLISH, *, zone: str, locale: str = "en") -> str:
    """The sentence of a cause with its figures."""
    when = moment(values["when"], zone=zone, locale=locale) if values.get("when") else "–"
    waited = dates.format_timedelta(timedelta(minutes=values["minutes"]), locale=locale_of(locale, zone=zone)) if "minutes" in values else ""
    return words.say(said.line, **{**values, "when": when, "waited": waited})


def moment(at: str, *, zone: str, locale: str) -> str:
    """An instant as the owner reads it, by the clock of the place."""
    here, habits = datetime.fromisoformat(at).astimezone(zone_of(zone)), locale_of(locale, zone=zone)
    return f"{dates.format_date(here, 'medium', locale=habits)}, {dates.format_time(here, 'short', locale=habits)}"
