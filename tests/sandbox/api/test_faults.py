"""Faults over a real connection: what a client's library makes of them is the point."""

import threading
import time
from types import SimpleNamespace

import pytest
import requests
from werkzeug.serving import make_server

from app.sandbox.dials import ApiDials
from app.sandbox.fault_queue import FaultQueue
from app.sandbox.server import QuietHandler
from tests.sandbox.conftest import wish

KEY = {"Authorization": "Bearer cal_x", "cal-api-version": "2024-08-13"}


@pytest.fixture
def server(sandbox):
    own = make_server("127.0.0.1", 0, sandbox, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=own.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    root = f"http://127.0.0.1:{own.server_port}"

    def call(method, path, **more):
        with requests.Session() as session:
            return session.request(method, f"{root}{path}", headers=KEY, timeout=10, allow_redirects=False, **more)

    yield SimpleNamespace(call=call, desk=sandbox.extensions["sandbox"])
    own.shutdown()
    own.server_close()


def next_is(server, words):
    server.desk.turn({"api_next": words})


def test_each_word_is_used_up_by_one_request(server):
    next_is(server, "500*2, html ,ok,429,redirect")
    answers = [server.call("GET", "/v2/me") for _ in range(7)]
    assert [one.status_code for one in answers] == [500, 500, 502, 200, 429, 302, 200]
    assert answers[0].json() == {"statusCode": 500, "message": "Internal server error"}
    assert answers[2].headers["Content-Type"].startswith("text/html")
    assert answers[4].headers["X-RateLimit-Remaining-Default"] == "0"
    assert answers[5].headers["Location"] == "http://sandbox.test/elsewhere"
    assert server.desk.faults.waiting() == ""


def test_a_cut_answer_arrives_and_cannot_be_understood(server):
    next_is(server, "cut")
    with pytest.raises((ValueError, requests.exceptions.ContentDecodingError)):
        server.call("GET", "/v2/event-types").json()


def test_a_slow_body_dribbles_in_and_is_whole(server):
    server.desk.turn({"api_slow_ms": 400, "api_next": "slow"})
    begun = time.monotonic()
    answer = server.call("GET", "/v2/me")
    assert answer.json()["data"]["username"] == "demo"
    assert time.monotonic() - begun >= 0.35


def test_the_answer_of_a_write_is_lost_and_the_write_is_done(server):
    next_is(server, "lost")
    assert server.call("GET", "/v2/bookings").json()["data"] == []
    with pytest.raises(requests.exceptions.ConnectionError):
        server.call("POST", "/v2/bookings", json=wish())
    assert len(server.call("GET", "/v2/bookings").json()["data"]) == 1
    assert server.call("POST", "/v2/bookings", json=wish()).status_code == 400


def test_faults_hit_only_what_they_are_meant_for(server):
    server.desk.turn({"api_500": 1, "api_only": "GET /v2/bookings"})
    assert server.call("GET", "/v2/me").status_code == 200
    assert server.call("GET", "/v2/bookings").status_code == 500
    assert server.call("POST", "/v2/bookings", json=wish()).status_code == 201
    server.desk.turn({"api_500": 0, "api_lost": 1, "api_only": ""})
    assert server.call("GET", "/v2/bookings").status_code == 200


def test_where_there_is_no_connection_to_cut_the_edge_says_that_nothing_came_back(api):
    api.desk.turn({"api_next": "lost"})
    assert api.call("POST", "/v2/bookings", wish()).status_code == 524
    assert len(api.get("/v2/bookings")) == 1


@pytest.mark.parametrize("name", ["429", "500", "html", "cut", "redirect", "slow"])
def test_a_share_hits_that_share_of_requests(name):
    chances = iter([0.2, 0.5, 0.1, 0.9])
    queue = FaultQueue(chance=lambda: next(chances))
    drawn = [queue.draw(ApiDials(**{f"api_{name}": 0.3}), method="GET", path="/v2/me") for _ in range(4)]
    assert drawn == [name, "ok", name, "ok"]


@pytest.mark.parametrize("wrong", [{"api_next": "explode"}, {"api_next": "500*0"}, {"api_429": 2}, {"clock_scale": 0}, {"api_limit": 0}, {"api_churn": -1}])
def test_a_wrong_dial_is_refused_by_name(client, wrong):
    answer = client.put("/control/api/dials", json=wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json["words"]


def test_a_reset_ends_all_faults(api, client):
    client.put("/control/api/dials", json={"api_next": "500*9", "api_html": 1})
    client.post("/control/api/reset")
    assert api.call("GET", "/v2/me").status_code == 200
