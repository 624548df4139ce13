"""The receiver over HTTP."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.away import DatabaseBusy
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.inbox import queries
from app.web.webhooks import calcom, short_way

BODY = json.dumps({"triggerEvent": "PING", "createdAt": "2026-11-20T10:00:00.000Z", "payload": {}}).encode()


@pytest.fixture
def secret(app: Flask) -> str:
    return str(app.extensions["settings"].CALCOM_WEBHOOK_SECRET[0])


def post(client: FlaskClient, body: bytes, *signatures: str, path: str = "/webhooks/calcom") -> Any:
    return client.post(path, data=body, headers=[(SIGNATURE_HEADER, signature) for signature in signatures])


def test_a_signed_delivery_is_stored_byte_for_byte_and_acknowledged(client: FlaskClient, secret: str) -> None:
    body = '{"triggerEvent": "PING",  "note": "Prüfung ✓"}\n'.encode()
    answer = post(client, body, sign(secret, body))
    assert (answer.status_code, answer.json["status"]) == (200, "accepted")
    stored = queries.by_id(answer.json["id"])
    assert stored is not None
    assert (stored.body, stored.state, stored.secret) == (body, "waiting", "main[0]")


def test_an_exact_repeat_is_counted_and_not_stored_again(client: FlaskClient, secret: str) -> None:
    answers = [post(client, BODY, sign(secret, BODY)) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert [message.repeats for message in queries.everything()] == [2]


@pytest.mark.parametrize("wrong", ["missing", "wrong", "doubled", "upper", "no-secret-provided", "prefixed"])
def test_an_unsigned_or_wrongly_signed_delivery_leaves_no_row(client: FlaskClient, secret: str, wrong: str) -> None:
    right = sign(secret, BODY)
    signatures = {
        "missing": [], "wrong": [sign("some-other-secret", BODY)], "doubled": [right, right], "upper": [right.upper()],
        "no-secret-provided": ["no-secret-provided"], "prefixed": [f"sha256={right}"],
    }[wrong]  # fmt: skip
    assert post(client, BODY, *signatures).status_code == 401
    assert list(queries.everything()) == []


def test_a_changed_bit_is_refused(client: FlaskClient, secret: str) -> None:
    assert post(client, BODY.replace(b"PING", b"PONG"), sign(secret, BODY)).status_code == 401


def test_a_body_of_two_megabytes_is_refused(client: FlaskClient, secret: str) -> None:
    body = b"x" * 2_000_000
    assert post(client, body, sign(secret, body)).status_code == 413
    assert list(queries.everything()) == []


STRANGE = [b"false", b"", b"not json", b"\xff\xfe\x00", b"[" * 100_000, b'{"triggerEvent": 7}', b'{"triggerEvent":"BRAND_NEW","payload":{}}', b"a=b&c=d"]


@pytest.mark.parametrize("body", STRANGE)
def test_a_signed_body_that_is_not_understood_is_kept_and_visible(client: FlaskClient, app: Flask, secret: str, body: bytes) -> None:
    assert post(client, body, sign(secret, body)).status_code == 200
    app.extensions["works"].process_inbox()
    (message,) = queries.everything()
    assert (message.body, message.state) == (body, "ignored")


def test_a_trailing_slash_is_no_redirect(client: FlaskClient, secret: str) -> None:
    assert post(client, BODY, sign(secret, BODY), path="/webhooks/calcom/").status_code == 200


def test_a_subscription_with_a_name_has_its_own_secret(make_app: Callable[..., Flask]) -> None:
    client = make_app(webhook_secrets={"team": ["team-secret-1"]}).test_client()
    assert post(client, BODY, sign("team-secret-1", BODY), path="/webhooks/calcom/team").status_code == 200
    assert post(client, BODY, sign("team-secret-1", BODY)).status_code == 401
    assert post(client, BODY, sign("team-secret-1", BODY), path="/webhooks/calcom/unknown").status_code == 401


def test_either_secret_is_good_while_they_rotate(make_app: Callable[..., Flask]) -> None:
    client = make_app(CALCOM_WEBHOOK_SECRET=["new-secret-1", "old-secret-1"]).test_client()
    assert post(client, BODY, sign("new-secret-1", BODY)).status_code == 200
    assert post(client, BODY, sign("old-secret-1", BODY)).status_code == 200


@pytest.mark.parametrize("error", [DatabaseBusy("locked"), OperationalError("INSERT", {}, Exception("disk I/O error"))])
def test_when_the_store_is_away_the_sender_is_told_to_come_back(client: FlaskClient, secret: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(short_way, "receive", fail)
    monkeypatch.setattr(calcom, "receive", fail)
    answer = post(client, BODY, sign(secret, BODY))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_the_receiver_says_that_it_is_ready_and_nothing_secret(client: FlaskClient, secret: str) -> None:
    answer = client.get("/webhooks/calcom")
    assert answer.status_code == 200
    assert secret not in answer.text


def chunked(client: FlaskClient, body: bytes, signature: str) -> Any:
    """Posted piece by piece, without a length: it cannot take the short way."""
    headers = {SIGNATURE_HEADER: signature, "Transfer-Encoding": "chunked"}
    return client.post("/webhooks/calcom", input_stream=io.BytesIO(body), headers=headers, environ_overrides={"wsgi.input_terminated": True})


def test_a_delivery_without_a_length_is_stored_as_well(client: FlaskClient, secret: str) -> None:
    assert chunked(client, BODY, sign(secret, BODY)).status_code == 200
    assert chunked(client, BODY, sign("some-other-secret", BODY)).status_code == 401
    assert [message.body for message in queries.everything()] == [BODY]


def test_a_delivery_in_the_clear_is_refused_where_the_site_has_https(make_app: Callable[..., Flask], secret: str) -> None:
    client = make_app(SITE_URL="https://book.example.com").test_client()
    host = {"Host": "book.example.com", SIGNATURE_HEADER: sign(secret, BODY)}
    assert client.post("/webhooks/calcom", data=BODY, headers=host).status_code == 403
    secure = client.post("/webhooks/calcom", data=BODY, headers=host, base_url="https://book.example.com")
    assert secure.status_code == 200
    assert secure.headers["Strict-Transport-Security"]
