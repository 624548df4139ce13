"""Hostile and broken requests, half of them correctly signed: no answer of 500 or above, no row for what is not signed."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db
from app.inbox import queries
from app.inbox.models import InboxMessage
from bench.deliveries import creations
from tests.conftest import SECRET, in_worker

SEED = 20_251
TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "",
    "\x7f",
]
TEXTS = [
    "\\u0000", "\\ud800", "\\udfff\\ud800", "\u202egnp.exe", "\u2066\u2067", "x" * 100_000, "=HYPERLINK(1)", "\\r\\nBcc: a@example.org", "<script>",
    "{{7*7}}", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "../../etc/passwd", "🙂" * 500, "",
]  # fmt: skip
VALUES = ["NaN", "-Infinity", "1e999", "9" * 5000, "null", "false", "[]", "{}", "[[[[]]]]", '"x"', "-0", "1e-400"]


def mutated(dice: random.Random, number: int) -> bytes:
    """One body that no Cal.com would send, made from one that it would."""
    good = next(creations(1, first=number)).decode()
    fields = [
        "uid",
        "title",
        "startTime",
        "endTime",
        "attendees",
        "organizer",
        "responses",
        "metadata",
        "iCalUID",
        "rescheduleUid",
        "location",
        "email",
        "name",
    ]
    name = dice.choice(fields)
    text = dice.choice(TEXTS)
    ways: list[Callable[[], bytes]] = [
        lambda: good.replace(f'"{name}": ', f'"{name}": {dice.choice(VALUES)}, "was": ', 1).encode(),
        lambda: good.replace(f'"{name}": "', f'"{name}": "{text}', 1).encode("utf-8", "surrogatepass"),
        lambda: good.replace('"BOOKING_CREATED"', f'"{text[:300]}"', 1).encode("utf-8", "surrogatepass"),
        lambda: good.replace("Guest", text, 3).encode("utf-8", "surrogatepass"),
        lambda: good.replace(f'"{name}"', f'"{name}": 1, "{name}"', 1).encode(),
        lambda: b"[" * 100_000 + b"]" * 100_000,
        lambda: b'{"triggerEvent":' * 5_000,
        lambda: b"\xef\xbb\xbf" + good.encode(),
        lambda: good.encode(dice.choice(["utf-16", "utf-32", "utf-16-be", "utf-7"])),
        lambda: good.encode().replace(b"Guest", dice.choice([b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x00", b"\x80"])),
        lambda: b"payload=" + good.encode() + b"&x=%00",
        lambda: good.encode()[: dice.randrange(len(good))],
        lambda: bytes(dice.randrange(256) for _ in range(dice.randrange(300))),
        lambda: json.dumps(dice.choice([None, False, 7, "x", [], [good], {"payload": good}])).encode(),
        lambda: flip(dice, good.encode()),
    ]
    return dice.choice(ways)()


def flip(dice: random.Random, body: bytes) -> bytes:
    place = dice.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << dice.randrange(8))]) + body[place + 1 :]


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.soak)])
def test_no_request_makes_a_500_or_stops_the_worker(app: Flask, count: int) -> None:
    """On each database: soak sends 20,000 in all."""
    dice, browser, signed, outcomes = random.Random(SEED), app.test_client(), set(), []
    for number in range(count):
        body = mutated(dice, number)
        good = number % 2 == 0
        signature = sign(SECRET, body) if good else dice.choice(["", "no-secret-provided", "ü", "0" * 64, sign("another-secret", body), "a" * 5000])
        headers: dict[str, Any] = {SIGNATURE_HEADER: signature.encode().decode("latin-1"), "Content-Type": dice.choice(TYPES)}
        answer = browser.post("/webhooks/calcom", data=body, headers=headers)
        assert answer.status_code == (200 if good else 401), (number, answer.status_code, body[:200])
        if good:
            signed.add(body)
        if number % 50 == 49:
            in_worker(app, app.extensions["works"].process_inbox)
    in_worker(app, app.extensions["works"].process_inbox)
    rows = list(queries.everything())
    assert {row.body for row in rows} == signed
    outcomes = [(row.body[:80] if row.body else b"", row.state, row.error) for row in rows]
    stuck = [outcome for outcome in outcomes if outcome[1] in {"waiting", "retrying"}]
    assert not stuck, stuck[:5]
    assert db.session.scalar(select(func.count()).select_from(InboxMessage)) == len(signed)


@pytest.mark.parametrize("trigger", ["BOOKING_CREATED", "MEETING_STARTED"])
@pytest.mark.parametrize("uid", ["\x00abc", "a\nb", "a b", "ü", "", "x" * 201, 7, None, ["a"]])
def test_what_cannot_be_an_address_is_dead_at_once_on_every_database(trigger: str, uid: Any, deliver: Callable[..., Any]) -> None:
    body = json.loads(next(creations(1)))
    body["payload"]["uid"] = uid
    told = body if trigger == "BOOKING_CREATED" else body["payload"] | {"triggerEvent": trigger}
    assert deliver(told).status_code == 200
    (row,) = queries.everything()
    assert (row.state, "uid" in str(row.error)) == ("dead", True)
