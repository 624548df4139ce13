import re

import pytest
import segno

from app.accounts import second_factor, staff
from app.accounts.models import Role
from app.db import db, transaction
from app.web.admin.account.factor import picture
from tests.conftest import token_in
from tests.web.admin.account.conftest import PASSWORD, code_of

PAGE = "/admin/account/second-factor"


def begun(client, post):
    """The secret on the page that was begun."""
    assert post(client, PAGE, page=PAGE).location == PAGE
    return re.search(r'secret-key">([A-Z2-7 ]+)<', client.get(PAGE).text)[1].replace(" ", "")


def test_it_is_set_up_with_a_picture_a_code_and_ten_recovery_codes(app, client, owner, enter, post, moment):
    other = app.test_client()
    enter(client)
    enter(other)
    with client.session_transaction() as session:
        before = session["_user_id"]
    secret = begun(client, post)
    assert "<svg" in client.get(PAGE).text
    assert not second_factor.is_on(owner)
    wrong = post(client, f"{PAGE}/confirm", page=PAGE, code="000000")
    assert (wrong.status_code, "not the one of this moment" in wrong.text) == (400, True)
    shown = post(client, f"{PAGE}/confirm", page=PAGE, code=code_of(secret)).text
    codes = re.findall(r"<code>([A-Z2-9-]{19})</code>", shown)
    assert len(set(codes)) == 10
    assert not any(code in client.get(PAGE).text + client.get("/admin/account").text for code in codes)
    assert other.get("/admin/account").status_code == 302
    with client.session_transaction() as session:
        assert session["_user_id"] != before
    moment.forward(minutes=1)
    fresh = app.test_client()
    assert enter(fresh).location.startswith("/admin/sign-in/code")


def test_the_picture_needs_no_inline_style_no_script_and_no_foreign_picture(client, owner, enter, post):
    enter(client)
    begun(client, post)
    answer = client.get(PAGE)
    drawn = re.search(r"<svg.*?</svg>", answer.text, re.DOTALL)[0]
    assert not re.search(r"style=|<style|<script|href=|data:|url\(", drawn)
    assert "style-src 'self';" in answer.headers["Content-Security-Policy"].rstrip(";") + ";"
    assert "img-src 'self';" in answer.headers["Content-Security-Policy"].rstrip(";") + ";"


def test_the_picture_says_the_secret_of_the_page(client, owner, enter, post, app):
    address = second_factor.address("A" * 32, email="owner@example.com", issuer="Frontdesk")
    assert picture(address) == picture(address)
    modules = segno.make(address, error="m", micro=False).symbol_size(border=4)[0]
    assert f'viewBox="0 0 {modules} {modules}"' in picture(address)
    assert not re.search(r"<svg[^>]* (width|height)=", picture(address))
    assert picture(address) != picture(address.replace("A" * 32, "B" * 32))


def test_with_a_code_new_recovery_codes_are_made_and_it_is_taken_off(client, owner, secret, enter, post, moment):
    enter(client)
    post(client, "/admin/sign-in/code", page="/admin/sign-in/code", code=code_of(secret))
    moment.forward(minutes=1)
    assert post(client, f"{PAGE}/codes", page=PAGE, code="000000").status_code == 400
    shown = post(client, f"{PAGE}/codes", page=PAGE, code=code_of(secret)).text
    codes = re.findall(r"<code>([A-Z2-9-]{19})</code>", shown)
    assert len(codes) == 10
    assert post(client, f"{PAGE}/remove", page=PAGE, code="000000").status_code == 400
    assert second_factor.is_on(owner)
    assert post(client, f"{PAGE}/remove", page=PAGE, code=codes[0]).status_code == 302
    db.session.rollback()
    assert not second_factor.is_on(owner)
    assert post(client, f"{PAGE}/codes", page=PAGE, code=codes[1]).status_code == 400


def test_what_is_on_is_not_replaced_without_a_code(client, owner, secret, enter, post):
    enter(client)
    post(client, "/admin/sign-in/code", page="/admin/sign-in/code", code=code_of(secret))
    assert post(client, PAGE, page=PAGE).status_code == 302
    assert "secret-key" not in client.get(PAGE).text
    assert post(client, f"{PAGE}/confirm", page=PAGE, code=code_of(secret, later=30)).location == PAGE


@pytest.fixture
def strict(make_app):
    """A site that asks owners for a second factor."""
    app = make_app(REQUIRE_2FA=True)
    with app.app_context():
        yield app


def test_an_owner_without_it_comes_to_the_set_up_page_and_nowhere_else(strict, post):
    with transaction() as session:
        staff.create(session, email="owner@example.com", password=PASSWORD)
    client = strict.test_client()
    post(client, "/admin/sign-in", email="owner@example.com", password=PASSWORD)
    token = token_in(client.get(PAGE).text)
    for rule in strict.url_map.iter_rules():
        if not rule.endpoint.startswith("admin.") or rule.endpoint.startswith(("admin.sign_in", "admin.join", "admin.ask_for_link")):
            continue
        path = rule.build({name: 1 if "number" in name else "x" for name in rule.arguments})[1]
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            if rule.endpoint in {"admin.second_factor", "admin.begin_second_factor", "admin.confirm_second_factor", "admin.sign_out"}:
                continue
            assert (rule.endpoint, answer.status_code, answer.location) == (rule.endpoint, 302, PAGE)
        if rule.endpoint == "admin.sign_out":
            post(client, "/admin/sign-in", email="owner@example.com", password=PASSWORD)
            token = token_in(client.get(PAGE).text)
    page = client.get(PAGE).text
    assert "asks every owner for a second factor" in page
    assert 'href="/admin/calendar"' not in page
    secret = begun(client, post)
    assert post(client, f"{PAGE}/confirm", page=PAGE, code=code_of(secret)).status_code == 200
    assert client.get("/admin/calendar").status_code == 200


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HOST, Role.READ_ONLY])
def test_others_may_go_on_without_it(strict, role, post):
    with transaction() as session:
        staff.create(session, email="robin@example.com", password=PASSWORD, role=role)
    client = strict.test_client()
    post(client, "/admin/sign-in", email="robin@example.com", password=PASSWORD)
    assert client.get("/admin/calendar").status_code == 200
