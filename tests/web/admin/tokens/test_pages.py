"""Tokens in the admin area: made, shown once, revoked at once; all of it noted."""

import re

import pytest
from sqlalchemy import select

from app.accounts.models import StaffAct
from app.accounts.tokens import ApiToken
from app.db import db
from tests.conftest import token_in


@pytest.fixture
def desk(sign_in):
    return sign_in()


@pytest.fixture
def made(desk):
    """`made(**values)`: the answer to the form."""

    def make(**values):
        form = {"csrf_token": token_in(desk.get("/admin/tokens").text), "name": "invoices", "scopes": ["read:bookings"], "days": "30"}
        return desk.post("/admin/tokens", data=form | values)

    return make


def test_a_token_is_shown_once_and_opens_the_api(made, desk, client):
    answer = made(scopes=["read:bookings", "sync"])
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    secret = re.search(r'value="(frontdesk_[\w-]{43})"', answer.text)[1]
    assert client.get("/api/bookings", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    again = desk.get("/admin/tokens").text
    assert secret not in again
    assert secret[:16] in again
    assert "invoices" in again
    assert "ends" in again


def test_a_revoked_token_opens_nothing_from_then_on(made, desk, client):
    secret = re.search(r'value="(frontdesk_[\w-]{43})"', made().text)[1]
    form = {"csrf_token": token_in(desk.get("/admin/tokens").text)}
    assert desk.post("/admin/tokens/1/revoke").status_code == 400
    assert client.get("/api/bookings", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert desk.post("/admin/tokens/1/revoke", data=form).location == "/admin/tokens"
    assert client.get("/api/bookings", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    page = desk.get("/admin/tokens").text
    assert "The token for invoices opens nothing any more." in page
    assert "Revoked" in page
    for number in (1, 77):
        desk.post(f"/admin/tokens/{number}/revoke", data=form)
        assert "Nothing was changed" in desk.get("/admin/tokens").text
    acts = [(act.act, act.subject, act.detail) for act in db.session.scalars(select(StaffAct).order_by(StaffAct.id)) if act.act.startswith("token")]
    assert acts == [("token.make", "1", "read:bookings"), ("token.revoke", "1", "")]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": ""}, "name", "what the token is for"),
        ({"scopes": []}, "scopes", "Choose at least one thing"),
        ({"scopes": ["read:personal"]}, "scopes", "come with bookings"),
        ({"days": "7000"}, "days", "Choose how long"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_loses_nothing(made, values, field, words):
    answer = made(**({"name": "nightly export"} | values))
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}' in answer.text
    if "name" not in values:
        assert 'value="nightly export"' in answer.text
    assert db.session.scalars(select(ApiToken)).all() == []


def test_a_token_without_an_end_says_so(made, desk):
    made(days="")
    assert "does not expire" in desk.get("/admin/tokens").text


def test_an_empty_list_says_what_tokens_are_for(desk):
    assert "No token yet" in desk.get("/admin/tokens").text
