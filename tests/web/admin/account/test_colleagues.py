import pytest
from sqlalchemy import select

from app.accounts import second_factor, sessions, staff
from app.accounts.models import Role, StaffAct
from app.accounts.sessions import Browser
from app.db import db, transaction
from tests.web.admin.account.conftest import code_of

STAFF = "/admin/staff"


@pytest.fixture
def robin(app, owner):
    """The number of a manager."""
    with transaction() as session:
        return staff.create(session, email="robin@example.com", password="a good password", name="Robin", role=Role.MANAGER).id


@pytest.fixture
def owners(client, owner, enter):
    """The owner's browser."""
    enter(client)
    return client


def acts():
    db.session.rollback()
    return [(act.act, act.subject, act.detail) for act in db.session.scalars(select(StaffAct).order_by(StaffAct.id)) if act.act != "sign_in"]


def test_the_list_shows_everybody_with_role_and_state(owners, robin, post):
    with transaction() as session:
        staff.invite(session, email="new@example.com", role=Role.READ_ONLY)
    page = owners.get(STAFF).text
    for said in ("3 people", "Olive Owner", "Robin", "Manager", "new@example.com", "Read only", "Invited", "invitation has expired"):
        assert said in page


def test_an_address_that_is_taken_or_none_is_refused_and_what_was_typed_stays(owners, robin, post):
    for email, said in (("robin@example.com", "on the list already"), ("nobody", "the address will not do")):
        answer = post(owners, STAFF, page=STAFF, email=email, role="host")
        assert (answer.status_code, said in answer.text, f'value="{email}"' in answer.text) == (400, True, True)
    assert post(owners, STAFF, page=STAFF, email="a@example.com", role="king").status_code == 400
    assert acts() == []


def test_a_role_is_changed_and_the_person_signs_in_anew(app, owners, owner, robin, post, sign_in):
    theirs = sign_in(email="robin@example.com", role=Role.MANAGER)
    assert post(owners, f"{STAFF}/{robin}/role", page=STAFF, role="read_only").status_code == 302
    assert theirs.get("/admin/calendar").status_code == 302
    db.session.rollback()
    assert staff.by_id(robin).role == Role.READ_ONLY
    assert acts() == [("staff.role", f"staff:{robin}", "manager to read only")]
    assert "That was the role already" in owners.get(post(owners, f"{STAFF}/{robin}/role", page=STAFF, role="read_only").location).text
    assert len(acts()) == 1


def test_the_last_owner_stays_owner_and_stays_on(owners, owner, robin, post):
    for path, form in (("role", {"role": "manager"}), ("off", {})):
        answer = post(owners, f"{STAFF}/{owner}/{path}", page=STAFF, **form)
        assert (answer.status_code, "make somebody else an owner first" in answer.text) == (400, True)
    assert owners.get(STAFF).status_code == 200
    assert acts() == []


def test_switched_off_nobody_comes_in_by_any_way_until_switched_on(app, owners, robin, post, sign_in, mailed):
    post(app.test_client(), "/admin/sign-in/link", email="robin@example.com")
    path = mailed("sign-in/link")
    theirs = sign_in(email="robin@example.com", role=Role.MANAGER)
    post(owners, f"{STAFF}/{robin}/off", page=STAFF)
    assert theirs.get("/admin/calendar").status_code == 302
    assert app.test_client().get(path).status_code == 410
    stranger = app.test_client()
    assert post(stranger, "/admin/sign-in", email="robin@example.com", password="a good password").status_code == 401
    post(owners, f"{STAFF}/{robin}/on", page=STAFF)
    assert app.test_client().get(path).status_code == 410
    assert post(stranger, "/admin/sign-in", email="robin@example.com", password="a good password").status_code == 302
    assert [act for act, _, _ in acts()] == ["staff.off", "sign_in.failed", "staff.on"]


def test_an_owner_signs_somebody_out_everywhere(owners, robin, post):
    with transaction() as session:
        tokens = [sessions.begin(session, staff_id=robin, how="password", browser=Browser("Firefox", "")) for _ in range(2)]
    assert "Firefox" in owners.get(f"{STAFF}/{robin}").text
    post(owners, f"{STAFF}/{robin}/sessions/end", page=STAFF)
    db.session.rollback()
    assert [sessions.of_token(token) for token in tokens] == [None, None]
    assert acts() == [("staff.end_sessions", f"staff:{robin}", "2 ended")]


def test_an_owner_resets_the_second_factor_of_another_but_not_the_own(app, client, owner, robin, secret, enter, post, sign_in):
    enter(client)
    post(client, "/admin/sign-in/code", page="/admin/sign-in/code", code=code_of(secret))
    assert post(client, f"{STAFF}/{owner}/second-factor/reset", page=STAFF).status_code == 403
    assert second_factor.is_on(owner)
    other = sign_in(email="other@example.com", role=Role.OWNER)
    assert post(other, f"{STAFF}/{owner}/second-factor/reset", page=STAFF).status_code == 302
    db.session.rollback()
    assert not second_factor.is_on(owner)
    assert client.get(STAFF).status_code == 302
    assert ("staff.reset_second_factor", f"staff:{owner}", "") in acts()


def test_an_invitation_is_mailed_again_while_it_waits(owners, robin, post, mailed, app):
    post(owners, STAFF, page=STAFF, email="new@example.com", role="host")
    number, first = staff.everybody()[0].id, mailed("join")
    number = next(user.id for user in staff.everybody() if user.email == "new@example.com")
    assert post(owners, f"{STAFF}/{number}/invite", page=STAFF).status_code == 302
    second = mailed("join")
    assert [app.test_client().get(path).status_code for path in (first, second)] == [410, 200]
    assert post(owners, f"{STAFF}/{robin}/invite", page=STAFF).status_code == 404


def test_managers_see_staff_and_change_nothing(robin, sign_in, owner):
    browser = sign_in(email="robin@example.com", role=Role.MANAGER)
    assert "Owners invite people" in browser.get(STAFF).text
    page = browser.get(f"{STAFF}/{owner}").text
    assert "Change the role" not in page
    assert "Switch off" not in page


def test_who_is_not_there_is_a_404(owners, post):
    assert owners.get(f"{STAFF}/999").status_code == 404
    assert post(owners, f"{STAFF}/999/off", page=STAFF).status_code == 404
