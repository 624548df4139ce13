"""People with and without a second factor, and the ways in."""

import re

import pyotp
import pytest

from app import clock
from app.accounts import second_factor, staff
from app.db import transaction
from app.web.mail_links import seal_of
from tests.conftest import token_in

NOON = "2026-12-08T12:00:10Z"
PASSWORD = "a good password"


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough for pages; what must hold when many act at once is tried on both below `tests/accounts`."""
    return sqlite_url


@pytest.fixture(autouse=True)
def noon(moment):
    """It is Tuesday 8 December 2026, noon."""
    moment(NOON)


@pytest.fixture
def owner(app):
    """The number of an owner."""
    with transaction() as session:
        return staff.create(session, email="owner@example.com", password=PASSWORD, name="Olive Owner").id


@pytest.fixture
def secret(app, owner, moment):
    """The owner has a second factor: its secret."""
    seal = seal_of(app.extensions["settings"], second_factor.PURPOSE)
    with transaction() as session:
        second_factor.begin(session, staff_id=owner, seal=seal)
    found = second_factor.waiting_secret(owner, seal=seal)
    with transaction() as session:
        assert second_factor.confirm(session, staff_id=owner, code=code_of(found), seal=seal)
    moment.forward(minutes=5)
    return found


@pytest.fixture
def post():
    """`post(browser, path, page="", **form)`: sends a form with the token of a page that the browser has loaded."""

    def send(browser, path, *, page="", **form):
        token = token_in(browser.get(page or "/admin/sign-in").text)
        return browser.post(path, data={"csrf_token": token, **form})

    return send


@pytest.fixture
def enter(post):
    """`enter(browser, next="")`: address and password of the owner."""
    return lambda browser, **form: post(browser, "/admin/sign-in", email="owner@example.com", password=PASSWORD, **form)


@pytest.fixture
def mailed(work, mails):
    """`mailed("sign-in/link")`: the path of the link in the newest mail."""

    def path(page):
        work()
        return re.search(rf"http://localhost(/admin/{page}/\S+)", mails.sent[-1].text)[1]

    return path


def code_of(secret, *, later=0):
    """What the app shows."""
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + later)
