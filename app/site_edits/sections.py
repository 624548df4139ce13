"""The settings in parts, and what each entry is called and means; what is not named here is called by its key."""

from collections.abc import Mapping
from typing import NamedTuple


class Section(NamedTuple):
    """One page of settings."""

    slug: str
    label: str
    keys: tuple[str, ...]
    """Top-level keys of the site file."""
    note: str
    preview: str
    """The public page that shows it: `home`, `consultation` or `book`; empty when none does."""


SECTIONS = (
    Section("brand", "Name and colour", ("name", "tagline", "description", "brand", "logo"), "Who you are, on every page and in every mail.", "home"),
    Section("place", "Contact and place", ("contact", "place", "legal"), "Where you are and how people reach you; at the foot of every page.", "home"),
    Section("home", "Home page", ("home",), "What visitors see first: a promise, two lines, one action.", "home"),
    Section("consultation", "Consultation", ("consultation",), "The page that explains what you offer before somebody books.", "consultation"),
    Section("booking", "Booking page", ("book",), "The words beside the calendar.", "book"),
    Section("people", "People", ("people",), "Whom visitors will meet.", "home"),
    Section(
        "mails",
        "Mails",
        ("guests_get_mail", "mails"),
        "When mails go out by the clock. It counts for bookings made or moved from now on.",
        "",
    ),
)
BY_SLUG: Mapping[str, Section] = {section.slug: section for section in SECTIONS}

LABELS: Mapping[str, str] = {
    "brand": "Colour",
    "logo": "Logo",
    "lead": "Lines below the title",
    "facts": "Short facts",
    "what": "What it is",
    "what_title": "Heading: what it is",
    "for_whom": "Who it is for",
    "for_title": "Heading: who it is for",
    "not_for": "What it is not",
    "steps_title": "Heading: steps",
    "price_title": "Heading: price",
    "price_text": "Below the price",
    "questions_title": "Heading: questions",
    "book_title": "Heading above the calendar",
    "people_title": "Heading: people",
    "action": "Words on the button",
    "legal": "Links at the foot",
    "url": "Address",
    "label": "Words of the link",
    "guests_get_mail": "Guests get mails as well",
    "reminders": "Reminders before the start",
    "reminders_by_event_type": "Event types that differ",
    "follow_up": "Follow-ups after the meeting",
    "re_engagement": "After a cancellation or a missed meeting",
    "sequence_event_types": "Follow-ups only for",
    "digest_at": "Daily summary for you at",
    "email": "E-mail address",
}
HELP: Mapping[str, str] = {
    "name": "In the head of every page and as the sender of mails.",
    "tagline": "A few words about you.",
    "description": "One or two sentences; search engines show them.",
    "brand": "One colour as #065a5f. Everything else derives from it, in light and in dark; where text could not be read in it, a readable shade is used.",
    "logo": "A picture file beside the site file, for example logo.svg. Put the file there first.",
    "place.time_zone": "Such as Europe/London. Times in the admin area are shown in it.",
    "home.facts": "Up to four. Clear all texts of one to remove it.",
    "home.steps": "Up to five, in order. Clear all texts of one to remove it.",
    "book.cards": "Up to six. Clear all texts of one to remove it.",
    "consultation.what": "One paragraph a line.",
    "consultation.for_whom": "One a line.",
    "people": "Clear all texts of one to remove it.",
    "legal": "Privacy, legal notice. An address begins with https:// or with / for a page of this site.",
    "guests_get_mail": "People whom a booker added get confirmations and reminders too.",
    "mails.reminders": "Spans such as 30m, 24h, 2d, separated by commas. Empty: none.",
    "mails.reminders_by_event_type": "One event type a line, by the last part of its link: workshop: 7d, 24h",
    "mails.follow_up": "Spans after the end of a completed meeting, such as 1d, 14d.",
    "mails.re_engagement": "Spans, such as 2d, 14d. They end when the person books again or unsubscribes.",
    "mails.sequence_event_types": "Last parts of booking links, separated by commas. Empty: all event types.",
    "mails.digest_at": "A time such as 07:30. Empty: no summary.",
    "mails.languages": "Out of en, de, es, separated by commas; a reader of another language gets English, or the first.",
}
"""By the place in the file, without numbers."""


def label(path: str) -> str:
    """`Lines below the title` for `home.lead`."""
    key = path.rpartition(".")[2]
    return LABELS.get(key) or key.replace("_", " ").capitalize()
