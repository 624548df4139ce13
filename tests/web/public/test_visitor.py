import hashlib
import re

import pytest
from flask import session

from app.web.public.visitor import current_visitor, known_visitors

WHEN = "2026-12-01T09:00Z"


def token(client):
    return re.search(r'data-visitor="([^"]+)"', client.get("/book").text)[1]


def test_one_browser_keeps_its_token_and_another_gets_its_own(make_app):
    app = make_app()
    one, other = app.test_client(), app.test_client()
    assert token(one) == token(one)
    assert token(one) != token(other)


def test_the_token_cannot_be_turned_into_the_cookie(make_app):
    with make_app().test_request_context():
        visitor = current_visitor()
        assert visitor.token not in str(dict(session))
        assert visitor.secret not in visitor.token
        assert visitor.hash == hashlib.sha256(visitor.token.encode()).hexdigest()


def test_after_half_an_hour_pages_get_a_new_token_and_the_old_one_still_counts(make_app, moment):
    moment(WHEN)
    with make_app().test_request_context():
        first = current_visitor()
        moment.forward(minutes=31)
        second = current_visitor()
        assert second.token != first.token
        assert [visitor.token for visitor in known_visitors()] == [second.token, first.token]


@pytest.mark.parametrize(("minutes", "known"), [(0, 1), (59, 1), (60, 0), (-5, 0)])
def test_a_token_counts_for_an_hour(make_app, moment, minutes, known):
    moment(WHEN)
    with make_app().test_request_context():
        current_visitor()
        moment.forward(minutes=minutes)
        assert len(known_visitors()) == known


def test_showing_the_page_again_does_not_set_the_cookie_again(make_client, moment):
    moment(WHEN)
    client = make_client()
    assert "Set-Cookie" in client.get("/book").headers
    assert "Set-Cookie" not in client.get("/book").headers


@pytest.mark.parametrize("stored", ["text", [["only-one"]], 7, None])
def test_a_session_from_elsewhere_is_no_visitor(make_app, stored):
    with make_app().test_request_context():
        session["visitor"] = stored
        assert known_visitors() == []
