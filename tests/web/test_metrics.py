"""Figures for a monitor: what they count, and who may read them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import clock
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import transaction
from app.metrics import figures
from app.outbox.hold import hold
from app.sync.models import SyncRun
from tests.factories.orders import order

TOKEN = "a-token-for-monitors"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look reads the database anew."""
    monkeypatch.setattr(figures, "FRESH_SECONDS", 0)


def read(client: FlaskClient, **labels: str) -> dict[str, float]:
    """Name of each sample with these labels → value."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    found = (sample for family in text_string_to_metric_families(answer.text) for sample in family.samples)
    return {sample.name: sample.value for sample in found if labels.items() <= sample.labels.items()}


def test_receipts_repeats_and_refusals_are_counted(client: FlaskClient, deliver: Callable[..., Any]) -> None:
    for body in (b"{}", b"{}", b"[]"):
        assert deliver(body).status_code == 200
    headers = {SIGNATURE_HEADER: sign("a-wrong-secret", b"{}")}
    assert client.post("/webhooks/calcom", data=b"{}", headers=headers).status_code == 401
    assert client.post("/webhooks/calcom", data=b"x" * 1_000_001).status_code == 413
    plain = read(client)
    assert (plain["frontdesk_deliveries_received_total"], plain["frontdesk_deliveries_repeated_total"]) == (3, 1)
    for reason, count in (("signature", 1), ("too_large", 1), ("store_away", 0)):
        assert read(client, reason=reason)["frontdesk_deliveries_refused_total"] == count


def test_a_store_that_is_away_is_counted_and_the_other_figures_can_still_be_read(make_app: Callable[..., Flask]) -> None:
    client = make_app(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/none").test_client()
    headers = {SIGNATURE_HEADER: sign("a-secret-for-the-tests", b"{}")}
    assert client.post("/webhooks/calcom", data=b"{}", headers=headers).status_code == 503
    assert read(client, reason="store_away")["frontdesk_deliveries_refused_total"] == 1
    plain = read(client)
    assert (plain["frontdesk_database_up"], "frontdesk_deliveries_backlog" in plain) == (0, False)
    assert plain["frontdesk_disk_free_bytes"] > 0


def test_backlog_ages_and_states_come_from_the_database(client: FlaskClient, calcom: Any, deliver: Callable[..., Any], moment: Any) -> None:
    moment("2026-12-07T09:00Z")
    calcom.create(order(calcom))
    deliver(b"{}", process=False)
    with transaction() as session:
        hold(session, why="a restore")
    moment.forward(seconds=30)
    plain = read(client)
    assert plain["frontdesk_database_up"] == 1
    assert (plain["frontdesk_deliveries_backlog"], plain["frontdesk_deliveries_oldest_waiting_seconds"]) == (1, 30)
    assert (plain["frontdesk_last_delivery_seconds"], plain["frontdesk_mails_held"], plain["frontdesk_mail_server_away"]) == (30, 1, 0)
    assert plain["frontdesk_mails_oldest_waiting_seconds"] == 30
    assert read(client, state="processed")["frontdesk_deliveries"] == 1
    assert read(client, kind="confirmation", state="planned")["frontdesk_mails"] == 1


def test_the_comparison_with_calcom_is_told(client: FlaskClient, moment: Any) -> None:
    moment("2026-12-07T09:00Z")
    assert "frontdesk_sync_last_good" not in read(client)
    at = clock.now()
    with transaction() as session:
        good = SyncRun(kind="changes", state="done", asked_at=at, ended_at=at, created=3, ignored=2, verified=311, verified_of=312)
        session.add_all([good, SyncRun(kind="changes", state="failed", asked_at=at, ended_at=at + timedelta(minutes=1), error="x")])
    moment.forward(minutes=2)
    plain = read(client)
    assert (plain["frontdesk_sync_last_good"], plain["frontdesk_sync_last_good_seconds"]) == (0, 120)
    assert (plain["frontdesk_sync_verified"], plain["frontdesk_sync_verified_of"]) == (311, 312)
    assert read(client, result="created")["frontdesk_sync_rows"] == 3


def test_the_time_of_answers_is_counted_by_route_and_not_by_address(client: FlaskClient, deliver: Callable[..., Any]) -> None:
    deliver(b"{}")
    for path in ("/book/acme", "/book/acme", "/no-such-page-1", "/no-such-page-2"):
        client.get(path)
    client.open("/", method="PROPFIND")
    assert read(client, route="/book/<username>")["frontdesk_request_seconds_count"] == 2
    assert read(client, route="(none)", method="GET", status="404")["frontdesk_request_seconds_count"] == 2
    assert read(client, route="/webhooks/calcom", method="POST", status="200")["frontdesk_request_seconds_count"] == 1
    assert "frontdesk_request_seconds_count" in read(client, method="(other)")
    assert "no-such-page" not in client.get("/metrics").text


def test_nothing_personal_is_told(client: FlaskClient, calcom: Any, deliver: Callable[..., Any]) -> None:
    calcom.create(order(calcom))
    text = client.get("/metrics").text
    for word in ("@", "example", "a-secret-for-the-tests"):
        assert word not in text


def test_without_a_token_only_this_machine_may_look(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    for address in ("192.0.2.7", "10.0.0.7", ""):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_has_passed_on_does_not_come_from_this_machine(header: str, make_client: Callable[..., FlaskClient]) -> None:
    assert make_client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_with_a_token_whoever_has_it_may_look_from_anywhere(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(METRICS_TOKEN=TOKEN)
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_base=far).status_code == 200
    for given in ("", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x"):
        answer = client.get("/metrics", headers={"Authorization": given})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_monitor_on_the_inside_is_not_redirected_to_https(make_client: Callable[..., FlaskClient]) -> None:
    assert make_client(SITE_URL="https://book.example.com").get("/metrics", base_url="http://127.0.0.1:8000").status_code == 200


def test_two_apps_in_one_process_count_for_themselves(make_client: Callable[..., FlaskClient]) -> None:
    first, second = make_client(), make_client()
    first.get("/healthz")
    assert "frontdesk_request_seconds_count" not in read(second, route="/healthz")
