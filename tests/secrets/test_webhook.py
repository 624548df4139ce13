"""A webhook secret made new: what counts when, what Cal.com is told, and what happens when it refuses."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.accounts.models import StaffAct
from app.calcom.errors import Away, Unsure
from app.calcom.models import SecretChange
from app.calcom.secret_changes import PURPOSE
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db
from app.inbox.round_trip import round_trip
from app.sandbox.api.problems import BadBody
from app.sealing import Seal
from app.secrets import rows
from app.secrets.rows import State
from app.secrets.webhook import NoWebhook, Rotation, Undone, drop_old, settle_all
from tests.factories.far_calcom import FarCalcom
from tests.secrets.conftest import BOTH, hook

OLD = "a-secret-for-the-tests"
NAME = "CALCOM_WEBHOOK_SECRET"
SEAL = Seal(["k" * 40], purpose=PURPOSE)
HOUR = timedelta(hours=1)


@pytest.fixture
def rotation(site: Flask) -> Callable[..., Rotation]:
    works = site.extensions["works"]

    def make(**more: Any) -> Rotation:
        return Rotation(works.calcom, "http://localhost", works.webhook_secrets, SEAL, **({"say": lambda _: None, "sleep": lambda _: None} | more))

    return make


def at_calcom(far: FarCalcom) -> list[str | None]:
    return [one.secret for one in far.desk.subscriptions._all.values()]


def status(site: Flask, secret: str, *, body: bytes | None = None, path: str = "") -> int:
    body = body or json.dumps({"triggerEvent": "PING", "createdAt": clock.now().isoformat(), "payload": {"n": secret}}).encode()
    return site.test_client().post(f"/webhooks/calcom{path}", data=body, headers={SIGNATURE_HEADER: sign(secret, body)}).status_code


def change() -> rows.Opened:
    found = rows.found(NAME, SEAL)
    assert found is not None
    return found


def refuse(monkeypatch: pytest.MonkeyPatch, far: FarCalcom, *, after: int) -> list[str]:
    """Cal.com refuses a change of a webhook, once, after so many that it took; the secrets that it was told."""
    told: list[str] = []

    def check(given: dict[str, Any]) -> None:
        told.append(given["secret"])
        if len(told) == after + 1:
            raise BadBody({"secret": "secret is not to its taste"})

    monkeypatch.setattr(sys.modules["app.sandbox.api.webhooks"], "_check", check)
    return told


@BOTH
def test_from_the_first_step_to_the_end(site: Flask, far: FarCalcom, rotation: Any, moment: Any) -> None:
    moment("2026-11-21T09:00Z")
    run = rotation()
    found = run.run("", overlap=HOUR)
    new = found.value
    assert (found.state, at_calcom(far), len(new) >= 40) == (State.SET, [new], True)
    assert (status(site, OLD), status(site, new), status(site, "neither-of-the-two")) == (200, 200, 401)
    moment.forward(minutes=5)
    settle_all([""], SEAL)
    assert change().state == State.PROVEN
    assert change().drop_at == clock.now() + timedelta(minutes=55)
    moment.forward(minutes=54, seconds=59)
    assert (status(site, OLD), status(site, new)) == (200, 200)
    moment.forward(seconds=1)
    assert (status(site, OLD), status(site, new)) == (401, 200)
    row = db.session.get(SecretChange, NAME)
    assert row is not None
    assert new not in row.value
    assert OLD not in str(row.before)
    assert [act.subject for act in db.session.query(StaffAct)] == [NAME]


def test_the_next_one_begins_where_this_one_ended(site: Flask, far: FarCalcom, rotation: Any, moment: Any) -> None:
    moment("2026-11-21T09:00Z")
    first = rotation().run("", overlap=timedelta(0))
    assert status(site, first.value) == 200
    settle_all([""], SEAL)
    second = rotation().run("", overlap=timedelta(0))
    assert second.value != first.value
    assert at_calcom(far) == [second.value]
    assert (status(site, OLD), status(site, first.value)) == (401, 200)
    assert status(site, second.value) == 200
    settle_all([""], SEAL)
    assert (status(site, OLD), status(site, first.value), status(site, second.value)) == (401, 401, 200)


def test_only_a_delivery_of_calcoms_proves_it(site: Flask, rotation: Any) -> None:
    new = rotation().run("", overlap=HOUR).value
    assert status(site, OLD) == 200
    assert status(site, new, body=round_trip()) == 200
    settle_all([""], SEAL)
    assert change().state == State.SET
    assert status(site, new, body=b"false") == 200
    settle_all([""], SEAL)
    assert change().state == State.PROVEN


def test_every_webhook_that_leads_here_is_told_and_no_other(site: Flask, far: FarCalcom, rotation: Any) -> None:
    host = far.desk.engine.catalogue.first_host()
    other = hook(host.id, path="/elsewhere", secret="of-somebody-else")
    for one in (hook(host.id, event_type_id=far.kind("intro").id), other):
        far.desk.subscriptions.add(one)
    new = rotation().run("", overlap=HOUR).value
    assert sorted(at_calcom(far)) == sorted([new, new, "of-somebody-else"])


def test_nothing_begins_without_a_webhook(far: FarCalcom, rotation: Any) -> None:
    far.desk.subscriptions.clear()
    with pytest.raises(NoWebhook):
        rotation().run("", overlap=HOUR)
    assert rows.found(NAME, SEAL) is None


def test_a_refusal_sets_back_what_was_set_and_takes_what_was_signed_meanwhile(
    site: Flask, far: FarCalcom, rotation: Any, moment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment("2026-11-21T09:00Z")
    host = far.desk.engine.catalogue.first_host()
    far.desk.subscriptions.add(hook(host.id, event_type_id=far.kind("intro").id))
    tried = refuse(monkeypatch, far, after=1)
    with pytest.raises(Undone):
        rotation().run("", overlap=HOUR)
    assert at_calcom(far) == [OLD, OLD]
    assert (status(site, OLD), status(site, tried[0])) == (200, 200)
    moment.forward(hours=1)
    assert (status(site, OLD), status(site, tried[0])) == (200, 401)
    again = rotation().run("", overlap=HOUR)
    assert at_calcom(far) == [again.value, again.value]
    assert again.value not in tried[:2]


def test_a_refusal_of_the_first_leaves_nothing_behind(site: Flask, far: FarCalcom, rotation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, far, after=0)
    with pytest.raises(Undone):
        rotation().run("", overlap=timedelta(0))
    assert at_calcom(far) == [OLD]
    assert status(site, OLD) == 200
    assert site.extensions["webhook_secrets"].of("") == [OLD]


def test_calcom_that_is_away_stops_it_and_the_next_run_goes_on(site: Flask, far: FarCalcom, rotation: Any) -> None:
    far.turn(api_500=1.0, api_only="PATCH")
    with pytest.raises((Away, Unsure)):
        rotation().run("", overlap=HOUR)
    new = change().value
    assert (change().state, status(site, OLD), status(site, new)) == (State.ACCEPTED, 200, 200)
    far.turn(api_500=0.0)
    assert rotation().run("", overlap=HOUR).value == new
    assert at_calcom(far) == [new]


def test_a_refusal_while_calcom_goes_away_is_undone_by_the_next_run(site: Flask, far: FarCalcom, rotation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    far.desk.subscriptions.add(hook(far.desk.engine.catalogue.first_host().id, event_type_id=far.kind("intro").id))
    refuse(monkeypatch, far, after=1)
    with pytest.raises((Away, Unsure)):
        rotation(watch=lambda point: far.turn(api_500=1.0) if point == "undoing" else None).run("", overlap=HOUR)
    assert change().state == State.UNDOING
    assert status(site, change().value) == 200
    far.turn(api_500=0.0)
    with pytest.raises(Undone):
        rotation().run("", overlap=HOUR)
    assert at_calcom(far) == [OLD, OLD]


def test_somebody_who_signs_with_the_old_one_keeps_it_until_the_owner_says_otherwise(site: Flask, rotation: Any, moment: Any) -> None:
    moment("2026-11-21T09:00Z")
    new = rotation().run("", overlap=timedelta(minutes=10)).value
    late = json.dumps({"triggerEvent": "BOOKING_CREATED", "createdAt": clock.now().isoformat(), "payload": {}}).encode()
    moment.forward(minutes=5)
    assert (status(site, OLD, body=late), status(site, new)) == (200, 200)
    settle_all([""], SEAL)
    assert change().state == State.PROVEN, "one that was made before the change is only late"
    assert status(site, OLD) == 200
    settle_all([""], SEAL)
    assert (change().state, change().drop_at) == (State.KEPT, None)
    assert change().note.startswith("1 deliveries made after the change")
    moment.forward(hours=3)
    assert status(site, OLD) == 200
    assert drop_old("")
    assert (status(site, OLD), status(site, new)) == (401, 200)
    assert not drop_old("")
    assert not drop_old("team")
