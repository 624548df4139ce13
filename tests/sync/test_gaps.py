"""A third of the webhooks lost, a tenth a day late: one comparison, and our record is Cal.com's, row by row and mail by mail."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.db import db
from app.outbox.models import OutboxMessage
from app.sync.models import RunState
from tests.conftest import in_worker
from tests.sync.lives import World, at_calcom, here
from tests.sync.test_reconcile import written

NEWS = {
    "confirmed": {"confirmation", "rescheduled"}, "cancelled": {"cancelled"}, "rejected": {"rejected"},
    "pending": {"request_received"}, "awaiting_payment": {"payment_due"},
}  # fmt: skip
EVERY_KIND = set().union(*NEWS.values())


def news_sent() -> Counter[tuple[str, str, str]]:
    """What has gone out at once to bookers: recipient, kind and the time it was about."""
    rows = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.state == "sent", OutboxMessage.kind.in_(EVERY_KIND)))
    return Counter((mail.recipient, mail.kind, mail.data.get("start", "")) for mail in rows)


def last_words(bodies: list[bytes]) -> set[tuple[str, str, str]]:
    """What people who left a class are told: of somebody who came and went unseen, the delivery that comes late is the only word."""
    found = set()
    for body in bodies:
        envelope = json.loads(body)
        payload = envelope["payload"]
        if envelope["triggerEvent"] == "BOOKING_CANCELLED" and payload["seatsPerTimeSlot"]:
            start = datetime.fromisoformat(payload["startTime"]).isoformat()
            found |= {(person["email"], "cancelled", start) for person in payload["attendees"]}
    return found


@pytest.mark.parametrize("lives", [120, pytest.param(5000, marks=pytest.mark.soak)])
def test_after_one_comparison_our_record_is_calcoms_and_every_mail_went_out_once(
    lives: int, app: Flask, near: Any, compare: Callable[..., Any], deliver: Callable[..., Any], mails: Any, work: Callable[[], None], moment: Any
) -> None:
    chance, late, happened, lost = random.Random(lives), [], 0, 0
    moment("2027-02-01T09:00:00Z")
    assert compare().state == RunState.DONE
    near.listening = False
    world = World(near.engine, moment.forward, chance)
    for number in range(lives):
        world.live(number)
        for body in near.told:
            fate, happened = chance.random(), happened + 1
            if fate < 0.1:
                late.append(body)
            elif fate < 0.6 + 0.1:
                deliver(body, process=False)
            else:
                lost += 1
        near.told.clear()
        if number % 20 == 0:
            work()
    work()
    assert 0.2 < lost / happened < 0.4
    wanted = at_calcom(near.engine)
    assert here(wanted) != wanted
    moment.forward(minutes=1)
    run = compare()
    assert (run.state, run.error, run.unreadable) == (RunState.DONE, "", 0)
    assert here(wanted) == wanted
    work()
    sent = news_sent()
    assert {mail: times for mail, times in sent.items() if times > 1} == {}, "nobody hears the same twice"
    for row in wanted.values():
        told = [kind for recipient, kind, start in sent if recipient == row["email"] and kind in NEWS[row["status"]] and start == row["start"].isoformat()]
        assert len(told) == 1, f"the last news of {row['email']} ({row['status']}) went out {len(told)} times"
    before_second = written()
    again = compare()
    assert (again.state, again.created, again.changed, again.gone) == (RunState.DONE, 0, 0, 0)
    assert written() == before_second, "a second comparison writes nothing"
    moment.forward(days=1)
    for body in late:
        deliver(body, process=False)
    in_worker(app, work)
    assert here(wanted) == wanted, "what comes a day late changes nothing"
    heard = news_sent() - sent
    assert set(heard) <= last_words(late), "and nobody hears of it, but for those who came and went unseen"
    assert all(times == 1 for times in news_sent().values())
    again = compare()
    assert (again.kind, again.state, again.created, again.changed, again.gone) == ("daily", RunState.DONE, 0, 0, 0)
    assert again.verified == again.verified_of
