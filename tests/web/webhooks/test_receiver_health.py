"""The receiver's health, its aliases, and secrets that rotate without a restart."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.calcom.secrets import WebhookSecrets
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.config import Settings
from app.inbox import queries, retention
from app.web.webhooks import ALIASES


def test_a_new_site_is_ready_and_not_silent(client: FlaskClient) -> None:
    said = client.get("/webhooks/calcom").get_json()
    assert (said["status"], said["last_valid_delivery"], said["secrets_set"]) == ("ready", None, {"main": 1})


def test_it_says_when_the_last_delivery_came_and_how_many_wait(client: FlaskClient, deliver: Callable[..., Any], moment: Any) -> None:
    moment("2026-12-01T09:00Z")
    deliver(b"{}", process=False)
    said = client.get("/webhooks/calcom").get_json()
    assert (said["last_valid_delivery"], said["waiting"], said["dead"]) == ("2026-12-01T09:00:00Z", 1, 0)


def test_silence_after_a_first_delivery_is_an_alarm(client: FlaskClient, deliver: Callable[..., Any], moment: Any) -> None:
    moment("2026-12-01T09:00Z")
    deliver(b"{}")
    moment.forward(hours=71)
    assert client.get("/webhooks/calcom").get_json()["status"] == "ready"
    moment.forward(hours=2)
    assert client.get("/webhooks/calcom").get_json()["status"] == "silent"


def test_a_subscription_that_nobody_has_set_up_is_not_there(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(webhook_secrets={"team": ["a-secret-of-the-team"]})
    answer = client.get("/webhooks/calcom/nobody")
    assert (answer.status_code, answer.get_json()["status"]) == (404, "not found")
    assert [client.get(f"/webhooks/calcom/{name}").status_code for name in ("team", "TEAM")] == [200, 200]


def test_a_site_without_a_secret_says_so(make_client: Callable[..., FlaskClient]) -> None:
    answer = make_client(CALCOM_WEBHOOK_SECRET=[]).get("/webhooks/calcom")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "no secret is set")


@pytest.mark.parametrize("path", ALIASES)
def test_an_older_address_is_the_same_receiver(path: str, client: FlaskClient) -> None:
    body = path.encode()
    assert client.post(path, data=body, headers={SIGNATURE_HEADER: sign("a-secret-for-the-tests", body)}).status_code == 200
    assert client.post(path, data=body, headers={SIGNATURE_HEADER: sign("a-wrong-secret", body)}).status_code == 401
    assert client.get(path).status_code == 200
    assert [message.body for message in queries.everything()] == [body]


def test_a_secret_file_is_read_again_when_it_changes(tmp_path: Path, make_app: Callable[..., Flask]) -> None:
    path = tmp_path / "secret"
    path.write_text("the-old-secret\n")
    found = Settings.load({"CALCOM_WEBHOOK_SECRET_FILE": str(path), "CALCOM_WEBHOOK_SECRET_TEAM_FILE": str(path)})
    assert found.webhook_secret_files == {"": path, "team": path}
    client = make_app(CALCOM_WEBHOOK_SECRET=found.CALCOM_WEBHOOK_SECRET, webhook_secret_files=found.webhook_secret_files).test_client()

    def status(secret: str, path: str = "/webhooks/calcom") -> int:
        return client.post(path, data=b"{}", headers={SIGNATURE_HEADER: sign(secret, b"{}")}).status_code

    assert (status("the-old-secret"), status("the-new-secret")) == (200, 401)
    path.write_text("the-new-secret, the-old-secret")
    os.utime(path, (1, 1))
    assert (status("the-old-secret"), status("the-new-secret"), status("the-new-secret", "/webhooks/calcom/team")) == (200, 200, 200)
    path.write_text("the-new-secret")
    os.utime(path, (2, 2))
    assert (status("the-old-secret"), status("the-new-secret")) == (401, 200)


@pytest.mark.parametrize("content", ["", "short", None])
def test_a_file_that_is_bad_for_a_moment_leaves_the_last_good_secret(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "secret"
    path.write_text("a-good-secret")
    secrets = WebhookSecrets({}, {"": path})
    assert secrets.of("") == ["a-good-secret"]
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
        os.utime(path, (1, 1))
    assert secrets.of("") == ["a-good-secret"]


def test_bodies_are_purged_and_a_replay_of_an_old_one_still_changes_nothing(deliver: Callable[..., Any], captured: Any, moment: Any) -> None:
    moment("2026-11-21T09:00Z")
    deliver(3)
    deliver({"triggerEvent": "BOOKING_CREATED", "createdAt": "x", "payload": {}})
    moment.forward(days=91)
    assert retention.purge(days=90) == 1
    assert retention.purge(days=90) == 0
    purged, dead = queries.everything()
    assert (purged.body, purged.state) == (None, "processed")
    assert (dead.body is not None, dead.state) == (True, "dead")
    assert deliver(3).status_code == 200
    assert [(row.repeats, row.state) for row in queries.everything()] == [(1, "processed"), (0, "dead")]
