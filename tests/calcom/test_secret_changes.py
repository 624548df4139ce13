"""Which secrets count, before, during and after a change, and how soon every process knows."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.calcom import secret_changes, secrets
from app.calcom.models import SecretChange
from app.calcom.secret_changes import PURPOSE, Change, Changes, in_force
from app.calcom.secrets import WebhookSecrets
from app.db import db, transaction
from app.sealing import Seal, footprint

NAME = "CALCOM_WEBHOOK_SECRET"
SEAL = Seal(["k" * 40], purpose=PURPOSE)
OLD, NEW, THIRD = "the-old-secret", "the-new-secret", "the-third-secret"


def change(**values: Any) -> Change:
    plain = {"value": NEW, "before": (OLD,), "retiring": frozenset({footprint(NAME, OLD)}), "retired": frozenset(), "drop_at": None}
    return Change(**(plain | values))


def test_without_a_change_the_settings_count() -> None:
    assert in_force(NAME, None, [OLD, THIRD], now=clock.now()) == [OLD, THIRD]


def test_both_count_until_the_moment_and_only_the_new_one_from_then_on() -> None:
    now = clock.now()
    found = change(drop_at=now)
    assert in_force(NAME, change(), [OLD], now=now) == [NEW, OLD]
    assert in_force(NAME, found, [OLD], now=now - timedelta(microseconds=1)) == [NEW, OLD]
    assert in_force(NAME, found, [OLD], now=now) == [NEW]


@pytest.mark.parametrize(("set_here", "count"), [([OLD], [NEW]), ([NEW], [NEW]), ([NEW, OLD], [NEW]), ([THIRD], [THIRD]), ([THIRD, NEW], [THIRD, NEW])])
def test_after_the_change_who_edits_the_settings_means_it(set_here: list[str], count: list[str]) -> None:
    assert in_force(NAME, change(drop_at=clock.now()), set_here, now=clock.now()) == count


def test_what_an_earlier_change_retired_stays_refused_during_the_next_one() -> None:
    second = change(value=THIRD, before=(NEW,), retiring=frozenset({footprint(NAME, NEW)}), retired=frozenset({footprint(NAME, OLD)}))
    assert in_force(NAME, second, [OLD], now=clock.now()) == [THIRD, NEW]


def test_a_seal_that_does_not_open_leaves_what_the_settings_say(app: Flask) -> None:
    put(Seal(["another key that is long enough"], purpose=PURPOSE))
    assert app.extensions["webhook_secrets"].of("") == ["a-secret-for-the-tests"]


def put(seal: Seal = SEAL, **values: Any) -> None:
    with transaction() as session:
        session.merge(SecretChange(name=NAME, state="set", value=seal.close(NEW), started_at=clock.now(), **values))


def test_every_process_knows_within_a_second_even_in_a_transaction_of_its_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ours: WebhookSecrets = app.extensions["webhook_secrets"]
    assert ours.of("") == ["a-secret-for-the-tests"]
    put()
    assert ours.of("") == ["a-secret-for-the-tests"], "once a second is enough"
    monkeypatch.setattr(secret_changes, "LOOK_SECONDS", 0.0)
    with transaction() as session:
        session.query(SecretChange).count()
        assert ours.of("") == [NEW, "a-secret-for-the-tests"]


def test_a_database_that_is_away_leaves_what_was_known(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = [db.engine]
    changes = Changes(lambda: engines[0], SEAL)
    put()
    assert changes.of(NAME) is not None
    engines.clear()
    monkeypatch.setattr(secret_changes, "LOOK_SECONDS", 0.0)
    known = changes.of(NAME)
    assert known is not None
    assert known.value == NEW
    assert NEW not in repr(known)


def test_a_command_is_run_again_beside_the_requests_and_a_failure_leaves_the_last_good_secret(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = tmp_path / "printed"
    printed.write_text("the-new-secret, the-old-secret\n")
    found = WebhookSecrets({"": ["the-old-secret"]}, {}, {"": f"cat {printed}"})
    assert found.of("") == ["the-old-secret"], "the answer from the start is still young"
    monkeypatch.setattr(secrets, "COMMAND_AGAIN_SECONDS", 0.0)
    settle(found, ["the-new-secret", "the-old-secret"])
    printed.write_text("short")
    settle(found, ["the-new-secret", "the-old-secret"])
    printed.unlink()
    settle(found, ["the-new-secret", "the-old-secret"])


def settle(found: WebhookSecrets, expected: list[str]) -> None:
    """Asks until the command has run at least once more."""
    command = found._commands[""]
    found.of("")
    with command._running:
        assert (command._said or found._good[""]) == expected
