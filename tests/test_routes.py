"""Every route stands here with who may use it. A new one turns this red until somebody has decided."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.bookings import queries
from app.inbox import queries as inbox
from app.sandbox.engine import Engine
from app.web.access import OPEN, RULES, SERVICES
from app.web.api.blueprint import SCOPES
from app.web.webhooks import ALIASES
from tests.factories.orders import order

EVERYBODY, STAFF, SIGNED, DEMO = "everybody", "staff", "whoever signs with the secret", "everybody, in the demo only"
FORM = "everybody, by a form of ours"
PAGE = "our own pages, in the browser that they were shown in"
LINK = "whoever holds a link that we signed"
NOTED = {"GET /admin/calendar.csv", "GET /admin/calendar.xlsx"}
"""What leaves the house is noted, and that note is all that these write."""
HALF = "whoever has given the password of an account with a second factor"
SERVICE = "programs with the service token, and owners and managers"
TOKEN = "scripts with a token of an owner"

ACCESS = {
    "GET /": EVERYBODY,
    "GET /consultation": EVERYBODY,
    "GET /book": EVERYBODY,
    "GET /book/<username>": EVERYBODY,
    "GET /book/<username>/<slug>": EVERYBODY,
    "GET /book/<username>/<slug>/times": EVERYBODY,
    "POST /book/<username>/<slug>/times": FORM,
    "POST /moments": PAGE,
    "GET /api/event-types": EVERYBODY,
    "GET /api/availability": EVERYBODY,
    "GET /api/openapi.json": EVERYBODY,
    "GET /api/bookings": TOKEN,
    "GET /api/bookings/<reference>": TOKEN,
    "GET /api/bookings/sync": TOKEN,
    "POST /api/bookings/sync": TOKEN,
    "GET /api/bookings/sync/<int(max=2147483647):number>": TOKEN,
    "GET /api/event-types/sync": TOKEN,
    "POST /api/event-types/sync": TOKEN,
    "GET /api/event-types/sync/<int(max=2147483647):number>": TOKEN,
    "GET /booking/success": EVERYBODY,
    "GET /booking/success/status": EVERYBODY,
    "GET /booking/error": EVERYBODY,
    "GET /booking/<reference>/manage": EVERYBODY,
    "GET /booking/<reference>/calendar.ics": EVERYBODY,
    "GET /unsubscribe/<token>": EVERYBODY,
    "POST /unsubscribe/<token>": LINK,
    "GET /robots.txt": EVERYBODY,
    "GET /sitemap.xml": EVERYBODY,
    "GET /favicon.ico": EVERYBODY,
    "GET /assets/<name>": EVERYBODY,
    "GET /static/<path:filename>": EVERYBODY,
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /health": EVERYBODY,
    "GET /metrics": EVERYBODY,
    "GET /webhooks/calcom": EVERYBODY,
    "GET /webhooks/calcom/<name>": EVERYBODY,
    **{f"GET {path}": EVERYBODY for path in ALIASES},
    **{f"POST {path}": SIGNED for path in ALIASES},
    "POST /webhooks/calcom": SIGNED,
    "POST /tokens/cal/managed-user": SERVICE,
    "POST /webhooks/calcom/<name>": SIGNED,
    "GET /admin/sign-in": EVERYBODY,
    "POST /admin/sign-in": EVERYBODY,
    "POST /admin/sign-out": STAFF,
    "GET /admin/sign-in/code": HALF,
    "POST /admin/sign-in/code": HALF,
    "POST /admin/sign-in/link": EVERYBODY,
    "GET /admin/sign-in/link/<string(maxlength=100):token>": EVERYBODY,
    "POST /admin/sign-in/link/<string(maxlength=100):token>": EVERYBODY,
    "GET /admin/join/<string(maxlength=100):token>": EVERYBODY,
    "POST /admin/join/<string(maxlength=100):token>": EVERYBODY,
    "GET /admin/account": STAFF,
    "POST /admin/account/password": STAFF,
    "POST /admin/account/sessions/<int(max=2147483647):number>/end": STAFF,
    "POST /admin/account/sessions/end": STAFF,
    "GET /admin/account/second-factor": STAFF,
    "POST /admin/account/second-factor": STAFF,
    "POST /admin/account/second-factor/confirm": STAFF,
    "POST /admin/account/second-factor/remove": STAFF,
    "POST /admin/account/second-factor/codes": STAFF,
    "GET /admin/staff": STAFF,
    "POST /admin/staff": STAFF,
    "GET /admin/staff/<int(max=2147483647):number>": STAFF,
    "POST /admin/staff/<int(max=2147483647):number>/invite": STAFF,
    "POST /admin/staff/<int(max=2147483647):number>/role": STAFF,
    "POST /admin/staff/<int(max=2147483647):number>/off": STAFF,
    "POST /admin/staff/<int(max=2147483647):number>/on": STAFF,
    "POST /admin/staff/<int(max=2147483647):number>/sessions/end": STAFF,
    "POST /admin/staff/<int(max=2147483647):number>/second-factor/reset": STAFF,
    "GET /admin/audit": STAFF,
    "GET /admin/": STAFF,
    "GET /admin/pulse": STAFF,
    "GET /admin/event-types": STAFF,
    "GET /admin/hosts": STAFF,
    "GET /admin/first-run": STAFF,
    "POST /admin/first-run/look": STAFF,
    "POST /admin/first-run/<step>/aside": STAFF,
    "POST /admin/first-run/<step>/take-up": STAFF,
    "GET /admin/settings": STAFF,
    "GET /admin/settings/<slug>": STAFF,
    "POST /admin/settings/<slug>": STAFF,
    "GET /admin/settings/history": STAFF,
    "POST /admin/settings/history/<int(max=2147483647):number>/undo": STAFF,
    "POST /admin/settings/<slug>/preview": STAFF,
    "GET /admin/settings/preview/<page>/<token>": STAFF,
    "GET /admin/settings/preview-colour/<token>": STAFF,
    "GET /admin/calendar": STAFF,
    "GET /admin/calendar/<reference>": STAFF,
    "GET /admin/calendar/<reference>/act/<act>": STAFF,
    "POST /admin/calendar/<reference>/act/<act>": STAFF,
    "GET /admin/calendar/<reference>/verify": STAFF,
    "POST /admin/calendar/<reference>/verify": STAFF,
    "POST /admin/calendar/<reference>/notes": STAFF,
    "GET /admin/notes/<int(max=2147483647):number>": STAFF,
    "POST /admin/notes/<int(max=2147483647):number>": STAFF,
    "POST /admin/notes/<int(max=2147483647):number>/remove": STAFF,
    "GET /admin/people": STAFF,
    "POST /admin/people": STAFF,
    "GET /admin/people/<int(max=2147483647):number>": STAFF,
    "POST /admin/people/<int(max=2147483647):number>/mails": STAFF,
    "POST /admin/people/<int(max=2147483647):number>/notes": STAFF,
    "GET /admin/calendar.csv": STAFF,
    "GET /admin/calendar/week": STAFF,
    "GET /admin/calendar/month": STAFF,
    "GET /admin/calendar/day/<wanted>": STAFF,
    "GET /admin/calendar.xlsx": STAFF,
    "GET /admin/feed": STAFF,
    "GET /admin/reports": STAFF,
    "POST /admin/feed": STAFF,
    "POST /admin/feed/revoke": STAFF,
    "GET /calendar/<token>.ics": EVERYBODY,
    "GET /admin/inbox": STAFF,
    "GET /admin/inbox/<int(max=2147483647):number>": STAFF,
    "POST /admin/inbox/<int(max=2147483647):number>/replay": STAFF,
    "GET /admin/sync": STAFF,
    "POST /admin/sync": STAFF,
    "GET /admin/calcom": STAFF,
    "POST /admin/calcom/look": STAFF,
    "POST /admin/calcom/apply": STAFF,
    "POST /admin/calcom/adopt": STAFF,
    "GET /admin/calcom/event-types/<slug>": STAFF,
    "POST /admin/calcom/event-types/<slug>": STAFF,
    "POST /admin/calcom/edits/<int(max=2147483647):number>/undo": STAFF,
    "GET /admin/doctor": STAFF,
    "POST /admin/doctor": STAFF,
    "GET /admin/mails": STAFF,
    "GET /admin/mails/<kind>": STAFF,
    "GET /admin/mails/<kind>/body": STAFF,
    "GET /admin/outbox": STAFF,
    "GET /admin/outbox/<int(max=2147483647):number>": STAFF,
    "POST /admin/outbox/<int(max=2147483647):number>/send": STAFF,
    "POST /admin/outbox/release": STAFF,
    "POST /admin/inbox/replay": STAFF,
    "GET /admin/errands/<int(max=2147483647):number>": STAFF,
    "POST /admin/errands/<int(max=2147483647):number>/stop": STAFF,
    "POST /admin/errands/<int(max=2147483647):number>/resume": STAFF,
    "GET /admin/outbox/<int(max=2147483647):number>/body": STAFF,
    "POST /admin/outbox/<int(max=2147483647):number>/cancel": STAFF,
    "POST /admin/outbox/send": STAFF,
    "GET /admin/tokens": STAFF,
    "POST /admin/tokens": STAFF,
    "POST /admin/tokens/<int(max=2147483647):number>/revoke": STAFF,
    "GET /demo/outbox": DEMO,
    "GET /demo/outbox/<name>": DEMO,
    "GET /demo/outbox/<name>/body": DEMO,
}
PROMISED = {"/", "/consultation", "/book", "/book/<username>", "/book/<username>/<slug>", "/booking/success", "/booking/error"}
"""Addresses that people and other sites have saved: never remove one without a redirect."""


def entries(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", rule


def address(rule: str, **values: Any) -> str:
    """The path with its parts filled in, whatever their converters are."""
    for part in [piece for piece in rule.split("/") if piece.startswith("<")]:
        name = part.strip("<>").rpartition(":")[2]
        rule = rule.replace(part, str(values.get(name, "1")))
    return rule


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """One app is enough here, the database does not matter."""
    app = make_app(demo=True)
    with app.app_context():
        yield app


def test_every_route_stands_in_the_list_and_none_has_vanished(app: Flask) -> None:
    assert {entry for entry, _ in entries(app)} == set(ACCESS)
    assert {entry.partition(" ")[2] for entry in ACCESS} >= PROMISED


def test_what_belongs_to_the_demo_is_not_there_without_it(make_app: Callable[..., Flask]) -> None:
    live = make_app(demo=False)
    assert {entry for entry, _ in entries(live)} == {entry for entry, who in ACCESS.items() if who != DEMO}


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == STAFF])
def test_what_is_for_staff_sends_everybody_else_to_the_door(entry: str, client: FlaskClient) -> None:
    method, _, rule = entry.partition(" ")
    answer = client.open(address(rule), method=method)
    if method == "POST" and answer.status_code == 400:
        return  # a form that was not ours is refused even before the guard
    assert answer.status_code == 302
    assert answer.location.startswith("/admin/sign-in")


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == EVERYBODY and entry.startswith("GET") and "<" not in entry])
def test_what_is_for_everybody_opens_for_everybody(entry: str, client: FlaskClient) -> None:
    answer = client.get(entry.partition(" ")[2])
    expected = {200, 204, 302, 303, 400, 404, 422}
    assert answer.status_code in expected | ({503} if entry.startswith("GET /api/") else set())  # without a key they say so
    assert not (answer.location or "").startswith("/admin/sign-in")


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == SIGNED])
def test_what_must_be_signed_refuses_the_rest(entry: str, client: FlaskClient) -> None:
    assert client.post(address(entry.partition(" ")[2]), data=b"{}").status_code == 401


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == SERVICE])
def test_what_is_for_programs_of_ours_refuses_the_rest(entry: str, client: FlaskClient) -> None:
    assert client.post(address(entry.partition(" ")[2])).status_code == 401


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == TOKEN])
def test_what_needs_a_token_refuses_the_rest(entry: str, client: FlaskClient) -> None:
    method, _, rule = entry.partition(" ")
    answer = client.open(address(rule), method=method)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_address_of_the_api_has_its_scope_and_no_scope_is_left_over(app: Flask) -> None:
    api = {rule.endpoint: ACCESS[entry] for entry, rule in entries(app) if rule.endpoint.startswith("api.")}
    assert set(api) == set(SCOPES)
    assert {name for name, scope in SCOPES.items() if scope is None} == {name for name, who in api.items() if who == EVERYBODY}


def test_every_address_for_programs_has_its_rule(app: Flask) -> None:
    assert {rule.endpoint for entry, rule in entries(app) if ACCESS[entry] == SERVICE} == set(SERVICES)


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == FORM])
def test_what_is_sent_by_a_form_needs_its_token(entry: str, client: FlaskClient) -> None:
    assert client.post(address(entry.partition(" ")[2], username="acme", slug="consultation")).status_code == 400


@pytest.mark.parametrize("entry", [entry for entry, who in ACCESS.items() if who == LINK])
def test_what_needs_a_link_of_ours_refuses_the_rest(entry: str, client: FlaskClient) -> None:
    assert client.post(address(entry.partition(" ")[2])).status_code == 404


def test_every_admin_route_has_its_rule_and_no_rule_is_left_over(app: Flask) -> None:
    admin = {rule.endpoint: ACCESS[entry] for entry, rule in entries(app) if rule.endpoint.startswith("admin.")}
    assert set(admin) == set(RULES)
    assert {name for name, roles in RULES.items() if roles == OPEN} == {name for name, who in admin.items() if who in {EVERYBODY, HALF}}


def test_no_get_changes_anything(app: Flask, calcom: Engine, sign_in: Callable[..., FlaskClient], work: Callable[[], None]) -> None:
    calcom.create(order(calcom))
    work()
    reference = next(iter(queries.everything())).reference
    assert list(inbox.everything())
    browser = sign_in()
    commits: list[str] = []
    current = ""

    def note(_: Session) -> None:
        commits.append(current)

    event.listen(Session, "after_commit", note)
    try:
        for entry, rule in entries(app):
            if entry.startswith("GET "):
                current = entry
                path = address(rule.rule, reference=reference, name="site.css", filename="site.css", username="acme", slug="consultation")
                with browser.get(path) as answer:
                    assert answer.status_code < 500 or (entry.startswith("GET /api/") and answer.status_code == 503), entry
    finally:
        event.remove(Session, "after_commit", note)
    assert set(commits) <= NOTED
