import re

from sqlalchemy import select

from app.accounts.models import Role, StaffAct
from app.db import db
from app.reports.feeds import CalendarFeed
from tests.conftest import token_in

ADDRESS = re.compile(r'value="(http://localhost/calendar/[\w-]{43}\.ics)"')


def ask(browser, path="/admin/feed"):
    return browser.post(path, data={"csrf_token": token_in(browser.get("/admin/feed").text)})


def test_the_address_is_shown_once_and_kept_as_a_digest(sign_in):
    browser = sign_in()
    assert "There is no address yet" in browser.get("/admin/feed").text
    (address,) = ADDRESS.findall(ask(browser).text)
    later = browser.get("/admin/feed").text
    assert not ADDRESS.search(later)
    assert "cannot be shown again" in later
    token = address.rpartition("/")[2].removesuffix(".ics")
    db.session.rollback()
    assert token not in db.session.scalars(select(CalendarFeed.token_hash)).one()


def test_a_new_address_ends_the_old_one_and_ending_it_ends_both(sign_in, client):
    browser = sign_in()
    first = ADDRESS.findall(ask(browser).text)[0]
    assert client.get(first).status_code == 200
    second = ADDRESS.findall(ask(browser).text)[0]
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    assert ask(browser, "/admin/feed/revoke").location == "/admin/feed"
    assert client.get(second).status_code == 404
    db.session.rollback()
    acts = db.session.scalars(select(StaffAct.act).where(StaffAct.act.startswith("feed.")).order_by(StaffAct.id)).all()
    assert acts == ["feed.renew", "feed.renew", "feed.revoke"]


def test_ending_what_is_not_there_is_no_act(sign_in):
    browser = sign_in()
    browser.get("/admin/feed")
    assert ask(browser, "/admin/feed/revoke").status_code == 302
    db.session.rollback()
    assert not db.session.scalars(select(StaffAct.act).where(StaffAct.act.startswith("feed."))).all()


def test_each_person_has_an_address_of_their_own(sign_in, client):
    owner = ADDRESS.findall(ask(sign_in()).text)[0]
    host = ADDRESS.findall(ask(sign_in(role=Role.HOST, email="host@example.com")).text)[0]
    assert (client.get(owner).status_code, client.get(host).status_code) == (200, 200)
