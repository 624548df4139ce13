from typing import Any

import pytest
from flask import abort

from app.away import DatabaseBusy
from app.bookings.errors import BookingNotFound


@pytest.fixture
def failing(make_app):
    """`failing(error)`: a browser for an app on which `/boom` and `/api/boom` fail with it."""

    def make(error):
        app = make_app()
        app.testing = False

        def boom():
            if isinstance(error, int):
                abort(error)
            raise error

        app.add_url_rule("/boom", "boom", boom)
        app.add_url_rule("/api/boom", "api_boom", boom)
        return app.test_client()

    return make


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_each_error_has_a_page_with_a_way_on(failing, status):
    answer = failing(status).get("/boom")
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert 'class="button"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("status", [404, 500, 503])
def test_machines_get_json(failing, status):
    answer = failing(status).get("/api/boom")
    assert (answer.status_code, answer.json["status"], answer.content_type) == (status, status, "application/problem+json")


def test_a_crash_tells_nobody_what_broke(failing):
    answer = failing(RuntimeError("secret detail")).get("/boom")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Something broke on our side" in answer.text


def test_a_busy_database_asks_to_come_back(failing):
    answer = failing(DatabaseBusy("x")).get("/boom")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_booking_that_is_not_there_is_a_404(failing):
    assert failing(BookingNotFound("R1")).get("/boom").status_code == 404


def test_a_wrong_method_names_the_right_ones(make_client):
    answer = make_client().post("/robots.txt")
    assert answer.status_code in {400, 405}
    if answer.status_code == 405:
        assert "GET" in answer.headers["Allow"]


def test_an_unknown_status_gets_the_nearest_words(failing):
    assert failing(418).get("/boom").status_code == 418


def test_a_host_that_is_not_ours_gets_a_quiet_answer(make_app: Any, caplog: Any) -> None:
    answer = make_app().test_client().get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
