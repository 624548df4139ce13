"""What may be asked for in a URL: each model is both the check and what the document says.

A parameter that is not known is refused rather than overlooked: with a typing mistake in a filter a script would get
everything and go on with it.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from werkzeug.exceptions import UnsupportedMediaType

from app.bookings.models import Payment, Status
from app.bookings.question import Order
from app.sync.models import RunKind
from app.web.problems import Problem

MOST = 200
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE)
ENUM = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How a choice is written in the words of the check."""
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _when(said: Any) -> Any:
    """A day or a moment; an unescaped plus sign of a URL is one again, and a leap second is the second before it."""
    text = str(said).replace(" ", "+").replace("0000-", "0001-", 1) if str(said).startswith("0000-") else str(said).replace(" ", "+")
    try:
        if DATE.fullmatch(text):
            return date.fromisoformat(text)
        if MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper().replace(":60", ":59", 1) if text[17:19] == "60" else text.upper())
    except ValueError:
        pass
    raise ValueError("write it as 2026-12-01 or as 2026-12-01T09:00:00Z")


When = Annotated[
    date | datetime,
    BeforeValidator(_when),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}], "examples": ["2026-12-01", "2026-12-01T09:00:00Z"]}),
]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class Question(BaseModel):
    """A question; parameters that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, arbitrary_types_allowed=True)


class BookingsAsked(Question):
    """Which bookings."""

    status: Status | None = Field(default=None, description="Only bookings with this status.")
    payment: Literal[Payment.DUE, Payment.PAID, Payment.REFUNDED] | None = Field(default=None, description="Only bookings with this payment.")
    event_type: Text | None = Field(default=None, description="Only bookings of the event type with this slug.")
    host: Text | None = Field(default=None, description="Only bookings of the host with this e-mail address.")
    q: Text | None = Field(default=None, description="Beginnings of words of name, address, reference and title; needs `read:personal`.")
    origin: Text | None = Field(default=None, description="Only bookings that came from there: `campaign:news`, `site:example.org`, `page:/book`.")
    begin: When | None = Field(default=None, alias="from", description="Only bookings that start then or later. A day begins at midnight of the site.")
    end: When | None = Field(default=None, alias="to", description="Only bookings that start before. A day counts whole, in the site's time zone.")
    order: Literal[Order.START, Order.BOOKED] = Field(default=Order.START, description="The earliest meeting first, or what was booked first.")
    limit: int = Field(default=50, ge=1, le=MOST, description="How many at most.")
    cursor: Text | None = Field(default=None, description="Goes on where an answer ended: its `next`.", json_schema_extra={"format": "cursor"})


class ComparisonAsked(Question):
    """Which comparison: what changed and all that is upcoming (`daily`), or everything there is (`full`)."""

    kind: Literal[RunKind.DAILY, RunKind.FULL] = RunKind.DAILY


class Nothing(Question):
    """Nothing may be said."""


Asked = TypeVar("Asked", bound=Question)


def from_url(model: type[Asked]) -> Asked:
    """What the URL asks for. Raises `Problem` that names each parameter that will not do."""
    twice = [{"parameter": name, "detail": "given more than once"} for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise Problem(400, "A parameter was given more than once.", errors=twice)
    return _checked(model, request.args.to_dict(), where="parameter")


def from_body(model: type[Asked]) -> Asked:
    """What the body says: a JSON object, or no body at all. Raises `Problem`."""
    if not request.get_data(cache=True):
        return _checked(model, {}, where="member")
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON: Content-Type: application/json.")
    try:
        said = json.loads(request.get_data(cache=True), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON, or nested too deep.") from None
    if not isinstance(said, dict):
        raise Problem(400, "The body must be a JSON object.")
    return _checked(model, said, where="member")


def moment(said: date | datetime | None, zone: str, *, after: bool = False) -> datetime | None:
    """The moment that was meant: that one, or the beginning (`after`: the end) of the day in the zone."""
    if said is None:
        return None
    try:
        if isinstance(said, datetime):
            return said.astimezone(UTC)
        day = said + timedelta(days=int(after))
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return EARLIEST if said.year < 5000 else LATEST


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose members are there once each, as parameters are."""
    names = [name for name, _ in pairs]
    twice = [{"member": name, "detail": "given more than once"} for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise Problem(400, "A member was given more than once.", errors=twice)
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _checked(model: type[Asked], said: dict[str, Any], *, where: str) -> Asked:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        wrong = [{where: str(each["loc"][0]) if each["loc"] else "", "detail": _say(each)} for each in error.errors()]
        raise Problem(400, f"{wrong[0][where]}: {wrong[0]['detail']}.", errors=wrong) from None


def _say(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "is not known here"
    return ENUM.sub(r"\1", str(error["msg"]).removeprefix("Value error, "))
