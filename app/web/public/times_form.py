"""The form of a booking: what it asks, what was typed, what is wrong with it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import request, url_for

from app.calcom.types import LANGUAGES, Place
from app.hosts.models import EventType
from app.reception import places
from app.reception.availability import FreeTime
from app.reception.book import Order
from app.reception.questions import Answers, Question, Wrong, questions_of, read
from app.web.public import prefill
from app.web.public.catalogue import price
from app.web.public.visitor import current_visitor
from app.web.public.wish import Wish

PLACE, PLACE_SAID = "place", "place-said"
TOKEN_LENGTH = 64


@dataclass(frozen=True)
class Problem:
    """Why the booking was not made, and what can be done."""

    heading: str
    text: str
    again: str = ""
    """The label of a button that sends the same form once more."""


PROBLEMS = {
    "taken": Problem("This time has just been taken", "Nothing is booked for you yet, and what you typed is still here."),
    "notice": Problem("This time cannot be booked any more", "It is too soon, or too far ahead. What you typed is still here."),
    "past": Problem("This time is over", "Choose a later one. What you typed is still here."),
    "limit": Problem("No more bookings are taken for this", "The limit of the host, or of open bookings for your address, is reached. Nothing is booked."),
    "away": Problem("The calendar does not answer", "Nothing is booked. Wait a moment and send the form again: what you typed is still here.", "Try again"),
    "closed": Problem("Booking is not possible here at the moment", "Nothing is booked. The page of the calendar may still work."),
    "gone": Problem("This is not offered any more", "Nothing is booked. Perhaps something else fits."),
    "unsure": Problem(
        "We do not know yet whether it worked", "The calendar did not answer properly. Look once more: nothing is ever booked twice by that.", "Look once more"
    ),
    "again": Problem("The booking did not work", "Nothing is booked. Please send the form once more.", "Send once more"),
    "old": Problem("The page was open for a long time", "Nothing is booked yet, and what you typed is still here. Please send the form once more."),
    "other": Problem("The calendar did not accept this", "Nothing is booked. Check what you typed, or choose another time."),
    "many": Problem("Too many bookings in a short time", "Please wait a while, or write to us. What you typed is still here."),
}
STATUS = {"taken": 409, "away": 503, "closed": 503, "unsure": 503, "many": 429, "gone": 404}


@dataclass(frozen=True)
class Form:
    """Everything the page of the form shows."""

    kind: EventType
    wish: Wish
    time: FreeTime
    questions: Sequence[Question]
    ways: Sequence[places.Offered]
    answers: Answers
    token: str
    place: str = ""
    place_said: str = ""
    place_error: str = ""
    problem: Problem | None = None
    nearest: Sequence[FreeTime] = ()
    held_until: Any = None
    place_meant: Place | None = field(default=None, repr=False)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Where each mistake is and what it is, in the order of the form."""
        named = {question.slug: question for question in self.questions}
        found = [(named[slug].anchor, f"{named[slug].label}: {text}") for slug, text in self.answers.errors.items() if slug in named]
        return [*found, *([(PLACE, f"Where: {self.place_error}")] if self.place_error else [])]

    @property
    def action(self) -> str:
        """Where the form is sent."""
        return url_for("public.times_chosen", username=self.kind.host.username, slug=self.kind.slug, **self.wish.address())

    def typed(self, slug: str) -> str:
        """What stands in a field with one line."""
        return next(iter(self.answers.typed.get(slug, ())), "")

    def picked(self, slug: str, option: str) -> bool:
        """Whether an option is chosen."""
        return option in self.answers.typed.get(slug, ())


def empty(kind: EventType, wish: Wish, **more: Any) -> Form:
    """The form before anything was typed, with what the address brought along."""
    questions = questions_of(kind)
    typed = {question.slug: [wish.carried[question.slug]] for question in questions if question.slug in wish.carried}
    return Form(kind, wish, _time(wish), questions, places.offered(kind), Answers(typed), secrets.token_urlsafe(24), **more)


def sent(kind: EventType, wish: Wish, *, check: bool = True) -> Form:
    """The form as it was sent, checked unless the visitor only changed the time."""
    questions, ways = questions_of(kind), places.offered(kind)
    typed: dict[str, list[str]] = {}
    for question in questions:
        carried = wish.carried.get(question.slug) if question.hidden else None
        typed[question.slug] = [carried] if carried else request.form.getlist(question.field)
    answers = read(questions, typed)
    place, said = request.form.get(PLACE, ""), request.form.get(PLACE_SAID, "")[:2000]
    meant, wrong = None, ""
    try:
        meant = places.chosen(ways, place, said)
    except Wrong as error:
        wrong = str(error)
    return Form(
        kind, wish, _time(wish), questions, ways,
        answers if check else Answers(answers.typed),
        request.form.get("attempt", "")[:TOKEN_LENGTH] or secrets.token_urlsafe(24),
        place=place, place_said=said, place_error=wrong if check else "", place_meant=meant,
    )  # fmt: skip


def order_of(form: Form, metadata: Mapping[str, str]) -> Order:
    """What the form asks Cal.com for."""
    language = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    return Order(form.kind, form.time.start, form.wish.minutes, form.wish.zone, form.answers, form.place_meant, metadata, form.token, language)


def metadata_of(wish: Wish, path: str) -> dict[str, str]:
    """What goes along with the booking: whose browser it was, where it came from, and what the address said."""
    named = {match[1]: value for key, value in wish.carried.items() if (match := prefill.METADATA.fullmatch(key))}
    return {key[:40]: value for key, value in named.items()} | {
        "frontdesk_visitor": current_visitor().token,
        "frontdesk_source": prefill.source(path, request.args, None, "")[:500],
    }


def facts_of_time(form: Form) -> list[str]:
    """Length, price and place in words, for the card beside the form."""
    only = form.ways[0].words if len(form.ways) == 1 else ""
    return [words for words in (f"{form.wish.minutes} minutes", price(form.kind), only) if words]


def _time(wish: Wish) -> FreeTime:
    if wish.start is None:
        raise ValueError("a form needs a time")
    return FreeTime(wish.start, wish.start + timedelta(minutes=wish.minutes))
