"""The questions of an event type, and whether what somebody typed answers them.

Cal.com checks the answers again, but in its own words and only one at a time; here each wrong entry gets its own
sentence before Cal.com is asked at all. The form knows every type of question that Cal.com has.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from app.hosts.models import EventType

KINDS = frozenset(
    {"name", "email", "phone", "address", "text", "number", "textarea", "select", "multiselect", "multiemail", "checkbox", "radio", "boolean", "url"}
)
ELSEWHERE = frozenset({"location", "rescheduleReason"})
"""Asked in another way, or only when a booking is moved."""
PHONE_SLUGS = frozenset({"attendeePhoneNumber", "smsReminderNumber"})
"""Their answer is the phone number of the booker, and not an answer among others."""
MANY = frozenset({"multiselect", "checkbox"})
CHOICES = MANY | {"select", "radio"}
LENGTHS = {"name": 120, "email": 254, "textarea": 5000, "multiemail": 3000}
LENGTH = 1000
MOST_ADDRESSES = 20

LABELS = {
    "name": "Your name",
    "email": "Email address",
    "title": "What is this meeting about?",
    "notes": "Anything we should know beforehand?",
    "guests": "Email addresses of guests",
    "attendeePhoneNumber": "Phone number",
    "smsReminderNumber": "Phone number for reminders by text message",
}
"""Cal.com names its standard questions by keys of its translations."""

_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Wrong(Exception):
    """An entry is no answer; the text is the sentence for the person who typed it."""


@dataclass(frozen=True)
class Question:
    """One question as the form shows it."""

    slug: str
    kind: str
    label: str
    required: bool = False
    example: str = ""
    hidden: bool = False
    options: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name of its field in the form; no question can take the name of another field of the page."""
        return f"q-{self.slug}"

    @property
    def anchor(self) -> str:
        """Where a link to the question leads."""
        return re.sub(r"[^\w-]", "-", self.field)

    @property
    def autocomplete(self) -> str:
        """What browsers may fill in."""
        return {"name": "name", "email": "email", "phone": "tel", "address": "street-address", "url": "url"}.get(self.kind, "")

    @property
    def help(self) -> str:
        """The line under the label."""
        if self.kind == "multiemail":
            return "One address a line, or with commas between them."
        return "" if self.kind in CHOICES else self.example

    @property
    def several(self) -> bool:
        """Whether more than one option may be chosen."""
        return self.kind in MANY


@dataclass(frozen=True)
class Answers:
    """What was typed, what it means, and what is wrong with it."""

    typed: Mapping[str, Sequence[str]]
    """By slug, as it came."""
    meant: Mapping[str, Any] = field(default_factory=dict)
    """By slug, in the form that Cal.com takes; only questions that were answered."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """By slug, one sentence."""


def questions_of(kind: EventType) -> list[Question]:
    """The questions in the host's order, name and address first, notes and guests last."""
    found: dict[str, Question] = {}
    for row in kind.booking_fields:
        if row["slug"] not in ELSEWHERE and row["type"] in KINDS:
            found[row["slug"]] = _question(row)
    found.setdefault("name", Question("name", "name", LABELS["name"], required=True))
    if "email" not in found and not any(each.kind == "phone" and each.required for each in found.values()):
        found["email"] = Question("email", "email", LABELS["email"], required=True)
    first, last = ([found.pop(slug) for slug in slugs if slug in found] for slugs in (("name", "email"), ("notes", "guests")))
    return [*first, *found.values(), *last]


def cannot_ask(kind: EventType) -> bool:
    """Whether something has to be answered that no form of ours can ask."""
    unknown = any(row["type"] not in KINDS and row["required"] and not row["hidden"] for row in kind.booking_fields if row["slug"] not in ELSEWHERE)
    unseen = any(row["required"] and row["hidden"] and row["type"] in {"number", "select", "radio"} for row in kind.booking_fields)
    return unknown or unseen


def read(questions: Sequence[Question], typed: Mapping[str, Sequence[str]]) -> Answers:
    """Checks what was typed, all of it at once."""
    meant: dict[str, Any] = {}
    errors: dict[str, str] = {}
    kept = {question.slug: [_clean(value) for value in typed.get(question.slug, ())] for question in questions}
    for question in questions:
        entries = [value for value in kept[question.slug] if value]
        try:
            answer = _answer(question, entries)
        except Wrong as wrong:
            if not question.hidden:
                errors[question.slug] = str(wrong)
            continue
        if answer is not None:
            meant[question.slug] = answer
        elif question.hidden and question.required:
            meant[question.slug] = {"boolean": False}.get(question.kind, [] if question.kind in MANY | {"multiemail"} else "")
    return Answers(kept, meant, errors)


def _question(row: Mapping[str, Any]) -> Question:
    slug, label = str(row["slug"]), str(row["label"] or "").strip()
    own_words = " " in label or (label[:1].isupper() and "_" not in label)
    if slug in LABELS and not (row.get("own", True) and label) and not own_words:
        label = LABELS[slug]
    hidden = bool(row["hidden"]) and slug != "name"
    options = tuple(str(option) for option in row["options"])
    kind = "multiemail" if slug == "guests" else str(row["type"])
    return Question(slug, kind, label or LABELS.get(slug, slug), bool(row["required"]) or slug == "name", str(row["placeholder"] or ""), hidden, options)


def _answer(question: Question, entries: list[str]) -> Any:
    if not entries:
        if question.required and not question.hidden:
            raise Wrong(_missing(question))
        return None
    limit = LENGTHS.get(question.kind, LENGTH)
    if any(len(entry) > limit for entry in entries):
        raise Wrong(f"This is too long: {limit} characters at most.")
    if question.kind in CHOICES:
        return _chosen(question, entries)
    return _READERS.get(question.kind, str)(entries[0])


def _missing(question: Question) -> str:
    if question.kind in {"select", "radio"}:
        return "Choose one."
    if question.kind in MANY:
        return "Choose at least one."
    if question.kind == "boolean":
        return "Please tick this box: without it, the booking cannot be made."
    return {"name": "Enter your name.", "email": "Enter your email address."}.get(question.slug, "This has to be filled in.")


def _chosen(question: Question, entries: list[str]) -> Any:
    if question.options and not set(entries) <= set(question.options):
        raise Wrong("Choose from the list.")
    return list(dict.fromkeys(entries)) if question.several else entries[0]


def _email(text: str) -> str:
    try:
        return str(validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise Wrong("Enter an email address such as name@example.com.") from None


def _emails(text: str) -> list[str]:
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    if len(parts) > MOST_ADDRESSES:
        raise Wrong(f"At most {MOST_ADDRESSES} addresses.")
    found = []
    for part in parts:
        try:
            found.append(_email(part))
        except Wrong:
            raise Wrong(f"“{part[:80]}” is not an email address.") from None
    return list(dict.fromkeys(found))


def phone(text: str) -> str:
    """The number as Cal.com takes it: `+442079460000`. Raises `Wrong`."""
    number = re.sub(r"[\s().\-/\u2010-\u2015]", "", text)
    number = "+" + number[2:] if number.startswith("00") else number
    if not _PHONE.fullmatch(number):
        raise Wrong("Enter the number with its country code, such as +44 20 7946 0000.")
    return number


def _number(text: str) -> float:
    plain = text.replace(" ", "").replace("\u202f", "").replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise Wrong("Enter a number in digits, such as 12.")
    return float(plain) if "." in plain else int(plain)


def _url(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or "." not in parts.hostname or any(sign.isspace() for sign in address):
        raise Wrong("Enter a web address such as https://example.com.")
    return address


def _yes(text: str) -> bool:
    return text in {"yes", "true", "on", "1"}


def _name(text: str) -> str:
    return " ".join(text.split())


_READERS: Mapping[str, Callable[[str], Any]] = {
    "name": _name,
    "email": _email,
    "phone": phone,
    "number": _number,
    "multiemail": _emails,
    "boolean": _yes,
    "url": _url,
}


def _clean(value: str) -> str:
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
