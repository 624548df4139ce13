from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import AdminUser, Role
from app.accounts.tokens import PREFIX, ApiToken, BadToken, Scope, everything, issue, revoke
from app.db import db, transaction


def refusal(answer):
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    return answer.json["detail"]


def test_a_good_token_opens_what_its_scope_says_and_nothing_else(ask, token):
    secret = token(Scope.BOOKINGS)
    assert ask("/bookings", secret).status_code == 200
    answer = ask("/bookings/sync", secret, method="post")
    assert (answer.status_code, answer.json["title"]) == (403, "Forbidden")
    assert 'error="insufficient_scope", scope="sync"' in answer.headers["WWW-Authenticate"]
    assert ask("/bookings", token(Scope.SYNC)).status_code == 403


@pytest.mark.parametrize("said", ["Basic eDp5", "Bearer", "Bearer  ", "Bearer frontdesk_wrong", "frontdesk_wrong", "Bearer \u00e9"])
def test_what_is_no_token_is_refused_even_where_none_is_needed(ask, said):
    for path in ("/bookings", "/event-types", "/openapi.json"):
        refusal(ask(path, headers={"Authorization": said}))


def test_a_token_ends_by_the_clock(ask, token, moment):
    secret = token(days=30)
    moment.forward(days=29)
    assert ask("/bookings", secret).status_code == 200
    moment.forward(days=1)
    assert "expired" in refusal(ask("/bookings", secret))


def test_a_revoked_token_is_refused_at_once(ask, token):
    secret = token()
    assert ask("/bookings", secret).status_code == 200
    with transaction() as session:
        assert revoke(session, 1) is not None
        assert revoke(session, 1) is None
        assert revoke(session, 77) is None
    assert "revoked" in refusal(ask("/bookings", secret))


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.MANAGER}])
def test_a_token_dies_with_its_maker_and_comes_back_with_them(ask, token, change):
    secret = token()
    with transaction() as session:
        session.execute(update(AdminUser).values(change))
    assert "no active owner" in refusal(ask("/bookings", secret))
    assert everything()[0].state == "orphaned"
    with transaction() as session:
        session.execute(update(AdminUser).values(active=True, role=Role.OWNER))
    assert ask("/bookings", secret).status_code == 200


def test_the_token_itself_is_nowhere_in_the_database(app, token):
    secret = token()
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43
    row = db.session.scalar(select(ApiToken))
    assert secret not in str({name: getattr(row, name) for name in dict(ApiToken.__table__.c)})
    assert secret.startswith(row.hint)
    assert len(row.hint) == len(PREFIX) + 6


def test_the_last_use_is_written_once_an_hour(app, ask, token, moment):
    moment(clock.now())
    secret, began, commits = token(), clock.now(), []

    def note(session):
        commits.append(session)

    event.listen(Session, "after_commit", note)
    try:
        for _ in range(5):
            ask("/bookings", secret)
        assert everything()[0].token.last_used_at == began
        once = len(commits)
        assert once <= 1
        moment.forward(minutes=59)
        ask("/bookings", secret)
        assert len(commits) == once
        moment.forward(minutes=1)
        ask("/bookings", secret)
    finally:
        event.remove(Session, "after_commit", note)
    db.session.rollback()
    assert everything()[0].token.last_used_at == began + timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("read:all",)}, "scopes"),
        ({"scopes": (Scope.PERSONAL,)}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 4000}, "days"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(app, values, field):
    with transaction() as session, pytest.raises(BadToken) as caught:
        issue(session, **({"staff_id": 1, "name": "x", "scopes": (Scope.BOOKINGS,), "days": None} | values))
    assert caught.value.field == field
    assert everything() == []


def test_a_session_of_staff_opens_nothing_here(sign_in):
    assert sign_in().get("/api/bookings").status_code == 401
