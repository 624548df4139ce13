"""Who may fetch the token of a managed user, and what they are told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.calcom.errors import Away, Wait
from app.calcom.managed_users import ManagedUsers, Token
from tests.conftest import token_in

SERVICE = "s" * 40
ADDRESS = "/tokens/cal/managed-user"


class Known:
    """Stands for the adapter: gives out a token, or fails."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.failure: Exception | None = None

    def token_of(self, **asked: str) -> Token:
        self.asked.append(asked)
        if self.failure:
            raise self.failure
        return Token("access-1", datetime(2030, 1, 7, 10, tzinfo=UTC))


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    app = make_app(SERVICE_TOKEN=SERVICE, CALCOM_CLIENT_ID="client-1", CALCOM_CLIENT_SECRET="secret")
    with app.app_context():
        yield app


@pytest.fixture
def known(app: Flask) -> Known:
    works: Any = app.extensions["works"]
    assert isinstance(works.managed_users, ManagedUsers)
    works.managed_users = Known()
    found: Known = works.managed_users
    return found


def bearer(token: str = SERVICE) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_program_with_the_service_token_gets_it(client: FlaskClient, known: Known) -> None:
    answer = client.post(ADDRESS, json={"email": "ada@example.org", "name": "Ada", "timeZone": "Asia/Kolkata"}, headers=bearer())
    assert answer.json == {"accessToken": "access-1", "expiresAt": "2030-01-07T10:00:00Z"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert known.asked == [{"email": "ada@example.org", "name": "Ada", "time_zone": "Asia/Kolkata"}]


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), bearer(""), {"Authorization": f"Basic {SERVICE}"}, {"Authorization": "Bearer s"}])
def test_nobody_else_does(client: FlaskClient, known: Known, headers: dict[str, str]) -> None:
    answer = client.post(ADDRESS, json={"email": "ada@example.org"}, headers=headers)
    assert answer.status_code == 401
    assert answer.is_json
    assert not known.asked


def test_without_a_service_token_none_is_good(make_app: Callable[..., Flask]) -> None:
    assert make_app().test_client().post(ADDRESS, headers=bearer("")).status_code == 401


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.MANAGER, 200), (Role.HOST, 403), (Role.READ_ONLY, 403)])
def test_staff_get_it_by_role_and_by_default_their_own(sign_in: Callable[..., FlaskClient], known: Known, role: Role, status: int) -> None:
    browser = sign_in(role=role)
    mark = token_in(browser.get("/admin/calendar").text)
    answer = browser.post(ADDRESS, headers={"X-CSRFToken": mark})
    assert answer.status_code == status
    assert [asked["email"] for asked in known.asked] == (["owner@example.com"] if status == 200 else [])


def test_a_page_of_somebody_else_cannot_fetch_it_with_the_session_of_staff(sign_in: Callable[..., FlaskClient], known: Known) -> None:
    assert sign_in().post(ADDRESS, data={"email": "ada@example.org"}).status_code == 400
    assert not known.asked


@pytest.mark.parametrize("sent", [{}, {"email": "nobody"}, {"email": 5}, [], "text"])
def test_it_must_be_said_for_whom(client: FlaskClient, known: Known, sent: object) -> None:
    answer = client.post(ADDRESS, json=sent, headers=bearer())
    assert answer.status_code == 400
    assert not known.asked


def test_what_goes_wrong_is_said(client: FlaskClient, known: Known) -> None:
    known.failure = Wait("busy", seconds=2.4)
    answer = client.post(ADDRESS, json={"email": "ada@example.org"}, headers=bearer())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 2
    known.failure = Away("Cal.com failed.")
    answer = client.post(ADDRESS, json={"email": "ada@example.org"}, headers=bearer())
    assert (answer.status_code, answer.json["detail"]) == (502, "Cal.com failed.")


def test_without_client_id_and_secret_it_is_not_there_and_says_why(make_app: Callable[..., Flask]) -> None:
    answer = make_app(SERVICE_TOKEN=SERVICE).test_client().post(ADDRESS, json={"email": "ada@example.org"}, headers=bearer())
    assert answer.status_code == 404
    assert "CALCOM_CLIENT_ID" in answer.json["detail"]


def test_a_get_is_none_of_it(client: FlaskClient) -> None:
    assert client.get(ADDRESS, headers=bearer()).status_code == 405
