"""What an answer of Cal.com means, without a socket: its data, or an exception that says whose turn it is.

Seven shapes of failure are known (the ordinary one, validation, database layer, inner services, a bare 500, the token endpoint, and
pages of whatever stands in front), and nothing of them is sure to be there. So nothing is assumed: not JSON, not `status`, not
that `error` is an object. Words of Cal.com reach the owner without uids, addresses and keys.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from app.calcom.errors import Away, NotAllowed, NotFound, Reason, Refused, Wait
from app.calcom.protocol import Call

BLOCK_SECONDS = 60.0
"""For so long Cal.com blocks a key after the limit, unless it says otherwise."""
LONGEST_MESSAGE = 300
LONGEST_DEPTH = 8

REASONS = (
    (Reason.PAST, re.compile(r"in the past|date_?in_?past|already (started|ended|passed)", re.IGNORECASE)),
    (Reason.NOTICE, re.compile(r"out_of_bounds|too soon|too far in the future|minimum (booking )?notice|restriction_schedule", re.IGNORECASE)),
    (
        Reason.LIMIT,
        re.compile(r"limit_exceeded|booking[_ ]limit|limit (has been |is )?reached|limits? exceeded|maximum (number of )?(active )?bookings", re.IGNORECASE),
    ),
    (
        Reason.TAKEN,
        re.compile(
            r"already (has|have) (a )?booking|not available|unavailable|no_available_users|hosts_unavailable|booking_conflict|already (been )?(booked|reserved)"
            r"|slot_?full|seats_full|seats are full|not_enough_available_seats|no (more )?(available )?seats|already_?signed|already signed up",
            re.IGNORECASE,
        ),
    ),
)
"""Cal.com has no code for why a booking is refused, only English words. The first that is found counts."""

_FIELD_IN_WORDS = re.compile(r"(?:booking field response|booking field|bookingFieldsResponses?)\W{0,3}[ :.]\W{0,2}(?P<slug>[\w.-]{1,100})", re.IGNORECASE)
_SECRET = (
    re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"),
    re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE),
    re.compile(r"\bcal_\w+"),
    re.compile(r"(?i)bearer\s+\S+"),
    re.compile(r"(?i)\buid\b\W{0,3}[\w-]{6,}"),
    re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{16,}\b"),
    re.compile(r"\+\d[\d ().-]{6,}\d"),
)


@dataclass(frozen=True)
class Said:
    """The good part of an answer."""

    data: Any
    pagination: Mapping[str, Any]


def understand(call: Call, *, status: int, body: bytes, blocked: float = 0.0) -> Said:
    """What an answer holds. Raises a `CalcomError` when it is none, or not a good one; `blocked` is how long nobody may ask now."""
    if 300 <= status < 400:
        raise Away(f"Cal.com answered with a redirect ({status}) when asked to {call.what}: check CALCOM_API_URL.", status=status)
    found, is_json = _parse(body)
    if not 200 <= status < 300:
        _refuse(call, status, found if is_json else None, blocked)
    if not is_json:
        raise Away(f"Cal.com answered something that is not JSON when asked to {call.what}: check CALCOM_API_URL.", status=status)
    if isinstance(found, dict):
        if found.get("status") == "error":
            _refuse(call, _status_in(found) or 500, found, blocked)
        pagination = found.get("pagination")
        data = found.get("data", None if "status" in found else found)
        return Said(data, pagination if isinstance(pagination, dict) else {})
    if call.reads and found is None:
        raise Away(f"Cal.com gave an empty answer when asked to {call.what}.", status=status)
    return Said(found, {})


def _parse(body: bytes) -> tuple[Any, bool]:
    if not body.strip():
        return None, True
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return None, False


def _refuse(call: Call, status: int, found: Any, blocked: float) -> NoReturn:
    words = scrub(_words(found))
    said = f": {words.rstrip('.')}." if words else "."
    if status == 429:
        seconds = blocked or BLOCK_SECONDS
        raise Wait(f"Cal.com lets nobody ask for {seconds:.0f} seconds: the limit of requests for the API key is reached.", seconds=seconds, status=status)
    if status in {401, 403, 498}:
        turn = "check CALCOM_API_KEY, it may have expired" if status != 403 else "the API key may not do this"
        raise NotAllowed(f"Cal.com did not allow to {call.what} ({turn}){said}", status=status)
    if status == 404:
        raise NotFound(_not_found(call, found, said), status=status)
    if status >= 500 or status == 408:
        raise Away(f"Cal.com failed to {call.what} ({status}){said}", status=status)
    fields = {name: scrub(text) for name, text in _fields(found)}
    if not fields and (named := _FIELD_IN_WORDS.search(_words(found))):
        fields = {named["slug"]: words}
    raise Refused(f"Cal.com refused to {call.what}{said}", status=status, fields=fields, reason=reason_of(_words(found), status, call))


def _not_found(call: Call, found: Any, said: str) -> str:
    """An unknown row and an unknown path are both 404; the second is told by "Cannot GET /v2/…", or by the lack of any JSON."""
    no_route = found is None or re.search(r"cannot (GET|POST|PATCH|PUT|DELETE) /", _words(found), re.IGNORECASE)
    if no_route and call.path.startswith(("/teams", "/organizations")):
        return "This Cal.com installation knows no teams and organisations: the self-hosted edition has none."
    if no_route:
        return f"This Cal.com installation has no endpoint to {call.what}: check CALCOM_API_URL and the version of Cal.com."
    return f"Cal.com found nothing when asked to {call.what}{said}"


def reason_of(words: str, status: int, call: Call) -> Reason:
    """Why a booking (or the hold of a time) is refused, as far as the words tell."""
    for reason, pattern in REASONS:
        if pattern.search(words):
            return reason
    taking_a_time = call.method == "POST" and (call.path in {"/bookings", "/slots/reservations"} or call.path.endswith("/reschedule"))
    clash = status == 409 or (status == 422 and call.path == "/slots/reservations")
    return Reason.TAKEN if clash and taking_a_time else Reason.OTHER


def _status_in(found: Mapping[str, Any]) -> int | None:
    """The status that an answer names inside, when it came with a 2xx."""
    error = found.get("error")
    details = error.get("details") if isinstance(error, dict) else None
    for place in (error, details, found):
        if isinstance(place, dict) and isinstance(number := place.get("statusCode", place.get("status")), int) and 400 <= number < 600:
            return number
    return None


def _words(found: Any) -> str:
    """What an error says, wherever it says it."""
    if isinstance(found, str):
        return found
    if not isinstance(found, dict):
        return ""
    error = found.get("error")
    inner = error if isinstance(error, dict) else {}
    details = inner.get("details")
    for said in (
        inner.get("message"),
        details.get("message") if isinstance(details, dict) else None,
        found.get("message"),
        found.get("error_description"),
        error,
    ):
        if isinstance(said, str) and said.strip():
            return said
        if isinstance(said, list) and said and all(isinstance(part, str) for part in said):
            return "; ".join(said)
    return ""


def _fields(found: Any) -> Iterator[tuple[str, str]]:
    """What validation says of each field: a tree of `{property, constraints, children}`."""
    error = found.get("error") if isinstance(found, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    rows = details.get("errors") if isinstance(details, dict) else None
    yield from _rows(rows, "", 0)


def _rows(rows: Any, above: str, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(rows, list) or depth > LONGEST_DEPTH:
        return
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("property"), str):
            continue
        name = above + row["property"]
        constraints = row.get("constraints")
        if isinstance(constraints, dict) and constraints:
            yield name, "; ".join(str(text) for text in constraints.values())
        yield from _rows(row.get("children"), f"{name}.", depth + 1)


def scrub(words: str) -> str:
    """Words of Cal.com in one line, without anything that could be a uid, a key, a person's address or number."""
    text = " ".join(words.split())[: LONGEST_MESSAGE * 4]
    for pattern in _SECRET:
        text = pattern.sub("…", text)
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1].rstrip() + "…"
