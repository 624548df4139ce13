"""What reaches a log and an error tracker: never a secret, a uid or a body."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from flask import Flask

from app import log
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.observing import scrub_event

UID = "aWuMwwpn1rSEH6Pu3yu394"


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    """Logging as it was, whatever a test sets up."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.contextvars.clear_contextvars()


def written(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_production_logs_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(readable=False)
    structlog.get_logger().info("delivery stored", delivery=7)
    line = json.loads(written(capsys))
    assert (line["event"], line["delivery"], line["level"]) == ("delivery stored", 7, "info")


def test_demo_logs_are_readable(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(readable=True)
    structlog.get_logger().info("delivery stored", delivery=7)
    assert "delivery stored" in (line := written(capsys))
    assert not line.startswith("{")


@pytest.mark.parametrize("readable", [True, False])
def test_secrets_uids_and_addresses_are_hidden_wherever_they_stand(capsys: pytest.CaptureFixture[str], *, readable: bool) -> None:
    log.configure(readable=readable)
    structlog.get_logger().warning(f"moved {UID}", secret="s3cr3t-value", email="ada@example.org", body=b"{}", path=f"/booking/{UID}")
    logging.getLogger("some.library").error("connection to /booking/%s failed", UID)
    try:
        int(UID)
    except ValueError:
        structlog.get_logger().exception("failed")
    said = written(capsys)
    for hidden in (UID, "s3cr3t-value", "ada@example.org"):
        assert hidden not in said
    assert said.count("[uid]") >= 4


def test_a_request_logs_its_route_and_never_its_address(make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app()
    answer = app.test_client().get("/booking/SECRETREF/manage?t=a-token")
    said = written(capsys)
    assert "/booking/<reference>/manage" in said
    assert "SECRETREF" not in said
    assert "a-token" not in said
    assert answer.headers["X-Request-ID"] in said


def test_a_delivery_leaves_no_personal_data_in_the_log_even_when_asked_to_be_verbose(
    make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]
) -> None:

    app = make_app(DEBUG_DELIVERIES=True)
    payload = {"uid": UID, "startTime": "soon", "endTime": "later", "attendees": [{"name": "Ada Attendee", "email": "ada@example.org"}]}
    raw = json.dumps({"triggerEvent": "BOOKING_CREATED", "createdAt": "x", "payload": payload}).encode()
    app.test_client().post("/webhooks/calcom", data=raw, headers={SIGNATURE_HEADER: sign("a-secret-for-the-tests", raw)})
    app.extensions["works"].work()
    said = written(capsys)
    assert "delivery" in said
    for hidden in (UID, "Ada", "ada@example.org", "a-secret-for-the-tests"):
        assert hidden not in said


def test_an_error_report_holds_the_error_and_no_person() -> None:
    frame = {"function": "f", "vars": {"email": "ada@example.org"}}
    event: dict[str, Any] = {
        "user": {"ip_address": "203.0.113.7"},
        "request": {"method": "POST", "url": f"https://example.com/booking/{UID}?t=token", "data": "ada@example.org", "headers": {"Cookie": "x"}},
        "extra": {"body": "ada@example.org"},
        "breadcrumbs": {"values": [{"message": "ada@example.org"}]},
        "exception": {"values": [{"type": "ValueError", "value": f"no {UID}", "stacktrace": {"frames": [frame]}}]},
    }
    said = json.dumps(scrub_event(event))
    for hidden in (UID, "ada@example.org", "203.0.113.7", "token", "Cookie"):
        assert hidden not in said
    assert "ValueError" in said
