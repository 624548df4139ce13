"""The daily look: once a day, by one of several, kept with its beginning, mailed once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.alarms.causes import Look, troubles
from app.config_as_code import drift
from app.config_as_code.daily import Looks, look
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.surroundings import Surroundings
from app.mail.transport import MemoryTransport
from app.notifications.admin_alarm import Cause
from tests.config_as_code.conftest import SECRETS, SITE, Watched

Moment = Any


@pytest.fixture
def desk(app: Flask, account: Watched, tmp_path: Path) -> ConfigDesk:
    made = ConfigDesk(account.client, tmp_path / "calcom.yaml", Surroundings(SITE, SECRETS), tmp_path / "instance")
    made.pull()
    return made


@pytest.fixture
def looks(desk: ConfigDesk, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr("app.config_as_code.daily.ASK_SECONDS", 0.0)
    return lambda: Looks(lambda: desk).tick(lambda: False)


def test_nothing_is_kept_while_nothing_differs(looks: Callable[[], None], moment: Moment) -> None:
    moment("2026-12-01T09:00Z")
    looks()
    found = drift.last_look()
    assert drift.current() == []
    assert found is not None
    assert (found.ended_at, found.error) == (found.began_at, "")


def test_a_difference_is_kept_with_its_beginning_until_it_has_gone(looks: Callable[[], None], account: Watched, desk: ConfigDesk, moment: Moment) -> None:
    first = moment("2026-12-01T09:00Z")
    account.client.event_types.update(101, {"title": "By hand"})
    looks()
    moment.forward(hours=25)
    account.client.event_types.update(101, {"title": "By hand again", "hidden": True})
    looks()
    title, hidden = sorted(drift.current(), key=lambda row: row.field, reverse=True)
    assert (title.field, title.since, title.says) == ("title", first, 'title is "By hand again" at Cal.com and "Intro call" in the file')
    assert hidden.since is not None
    assert hidden.since > first
    desk.apply(desk.compare())
    moment.forward(hours=25)
    looks()
    assert drift.current() == []


def test_one_looks_and_once_a_day(looks: Callable[[], None], account: Watched, moment: Moment) -> None:
    moment("2026-12-01T09:00Z")
    account.calls.clear()
    looks()
    asked = len(account.calls)
    moment.forward(hours=23)
    looks()
    assert len(account.calls) == asked
    moment.forward(hours=2)
    looks()
    looks()
    assert len(account.calls) == 2 * asked


def test_what_cannot_be_compared_is_written_down(looks: Callable[[], None], desk: ConfigDesk) -> None:
    desk.path.write_text("nonsense: 1\n")
    looks()
    found = drift.last_look()
    assert found is not None
    assert "nonsense is not a known key" in found.error


def test_without_a_key_or_a_file_nobody_looks(desk: ConfigDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.path.unlink()
    Looks(lambda: desk).tick(lambda: False)
    Looks(lambda: None).tick(lambda: False)
    assert drift.last_look() is None


def test_it_is_a_cause_of_alarm_that_is_mailed_once(
    app: Flask, account: Watched, desk: ConfigDesk, work: Callable[[], None], mails: MemoryTransport, moment: Moment
) -> None:
    moment("2026-12-01T09:00Z")
    account.client.event_types.update(101, {"title": "By hand"})
    look(desk)
    (trouble,) = [each for each in troubles(Look(app.extensions["settings"], {}, moment("2026-12-01T09:01Z"))) if each.cause == Cause.DRIFT]
    assert trouble.values == {"count": 1, "when": "2026-12-01T09:00:00+00:00"}
    work()
    moment.forward(minutes=5)
    work()
    assert sum("Cal.com is not as its file says" in mail.subject for mail in mails.sent) == 1
    moment.forward(hours=1)
    desk.apply(desk.compare())
    look(desk)
    work()
    moment.forward(hours=1)
    work()
    assert sum("Cal.com is not as its file says" in mail.subject for mail in mails.sent) == 2
