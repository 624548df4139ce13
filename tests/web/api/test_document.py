"""The OpenAPI document is true: schemathesis asks every operation whatever the document allows, and what it does not.

Coverage of each parameter and body by itself, examples, and fuzzing with a fixed seed, all checks. How many cases there
were is printed and must not shrink unnoticed.
"""

import re
import sys

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished
from schemathesis.transport.wsgi import WSGITransport

from app.accounts.tokens import Scope
from app.extensions import limiter
from app.reception.availability import Desk
from app.reception.cache import cache_of
from app.sync import catalogue
from app.web.api.blueprint import SCOPES
from tests.conftest import in_worker
from tests.factories.near_calcom import NearCalcom
from tests.factories.orders import order

FEWEST = 400
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
CONFIG = """
seed = 1
headers = {{ "Accept-Encoding" = "identity" }}
[generation]
max-examples = {examples}
deterministic = true
database = "none"
[phases.stateful]
enabled = false
[auth.openapi.token]
bearer = "{token}"
[[operations]]
# What belongs together (a length and its event type, two moments) no schema can say: 400 names what does not.
include-path = "/api/availability"
checks.positive_data_acceptance.expected-statuses = [200, 400, 404]
"""


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


@pytest.fixture
def filled(app, calcom, work, monkeypatch, moment):
    """A site with bookings, event types and a key; limits are off, since this asks more than any script may."""
    moment("2026-12-08T12:00Z")
    near = NearCalcom()
    app.extensions["works"].__dict__["desk"] = Desk(near.client, cache_of(""))
    in_worker(app, lambda: catalogue.refresh(near.client))
    for _ in range(5):
        calcom.create(order(calcom))
    work()
    monkeypatch.setattr(limiter, "enabled", False)
    # Its probe without a token hands settings of real connections to the WSGI client, which knows none (4.32).
    send, unknown = WSGITransport.send, {"max_redirects", "verify", "cert", "proxies"}
    monkeypatch.setattr(WSGITransport, "send", lambda *said, **more: send(*said, **{name: value for name, value in more.items() if name not in unknown}))
    return app


def run(app, token, *, examples):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=SchemathesisConfig.from_str(CONFIG.format(token=token, examples=examples)))
    bearer, cursors = {"Authorization": f"Bearer {token}"}, {}
    for by in ("start", "booked"):
        cursors[by] = app.test_client().get(f"/api/bookings?limit=2&order={by}", headers=bearer).json["next"]

    @schemathesis.hook
    def before_call(context, case, kwargs):
        """A cursor is a word that an answer gave; any other is refused, which has a test of its own."""
        said = (case.query or {}).get("cursor")
        if isinstance(said, str) and 1 <= len(said) <= 200 and "\0" not in said:
            case.query["cursor"] = cursors.get(str(case.query.get("order")), cursors["start"])

    cases, checks, wrong, phases = 0, 0, [], set()
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            wrong.append(f"{event.label}: {event.info.format()}")
        if isinstance(event, ScenarioFinished) and event.status is not Status.SKIP:
            cases += len(event.recorder.interactions)
            phases.add(event.phase.value)
            for case, nodes in event.recorder.checks.items():
                checks += len(nodes)
                wrong += [
                    f"{event.recorder.cases[case].value.as_curl_command()}\n{node.failure_info.failure}" for node in nodes if node.status is Status.FAILURE
                ]
    schemathesis.hooks.unregister(before_call)
    return cases, checks, wrong, phases


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_operation_keeps_its_word(filled, token, capsys):
    cases, checks, wrong, phases = run(filled, token(*Scope), examples=8)
    with capsys.disabled():
        sys.stdout.write(f"\nschemathesis: {cases} cases, {checks} checks in {sorted(phases)}\n")
    assert not wrong, "\n\n".join(wrong[:8])
    assert cases >= FEWEST
    assert any("overage" in phase for phase in phases)
    assert any("uzzing" in phase for phase in phases)


@pytest.mark.soak
def test_every_operation_keeps_its_word_for_long(filled, token, capsys):
    cases, checks, wrong, _ = run(filled, token(*Scope), examples=300)
    with capsys.disabled():
        sys.stdout.write(f"\nschemathesis: {cases} cases, {checks} checks\n")
    assert not wrong, "\n\n".join(wrong[:8])


def test_every_route_is_described_and_nothing_else(app, document):
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SCOPES:
            served |= {(method, re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)) for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert described == served
    assert set(SCOPES) == {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}


def test_the_document_says_what_a_token_must_be_good_for(document):
    for methods in document["paths"].values():
        for said in methods.values():
            scope = SCOPES[f"api.{said['operationId']}"]
            assert (said["security"] == [{"token": []}]) == (scope is not None)
            assert scope is None or f"`{scope}`" in said["summary"]


def test_parameters_come_from_the_checks_themselves(document):
    said = {each["name"]: each for each in document["paths"]["/api/bookings"]["get"]["parameters"]}
    assert set(said) == {"status", "payment", "event_type", "host", "q", "origin", "from", "to", "order", "limit", "cursor"}
    assert said["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert said["status"]["schema"]["enum"] == ["pending", "awaiting_payment", "confirmed", "cancelled", "rejected", "completed"]
    assert document["openapi"] == "3.1.0"


def test_who_has_the_document_already_gets_304(client):
    tag = client.get("/api/openapi.json").headers["ETag"]
    assert client.get("/api/openapi.json", headers={"If-None-Match": tag}).status_code == 304
