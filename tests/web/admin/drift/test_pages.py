"""The page of the configuration and the form of an event type, against a running simulated Cal.com."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.config_as_code import editing
from app.web.admin.drift.at_hand import desk
from tests.conftest import refresh, token_in
from tests.factories.far_calcom import SECRET, FarCalcom, far_calcom


@pytest.fixture
def calcom() -> Iterator[FarCalcom]:
    with far_calcom() as running:
        running.turn(loss=1.0, api_limit=600_000)
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calcom.yaml"


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str, calcom: FarCalcom, file: Path) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=sqlite_url, SITE_URL=calcom.desk.site_url, CALCOM_WEBHOOK_SECRET=[SECRET], CALCOM_CONFIG=file, **calcom.settings)
    with app.app_context():
        yield app


@pytest.fixture
def browser(sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in()


def press(browser: FlaskClient, path: str, **fields: Any) -> Any:
    token = token_in(browser.get("/admin/calcom").text)
    return browser.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no {name}"
    return unescape(found[1])


@pytest.fixture
def adopted(browser: FlaskClient) -> FlaskClient:
    assert "Adopted into calcom.yaml" in press(browser, "/admin/calcom/adopt").text
    return browser


FORM = {"title": "First call", "description": "Hello.", "length": "20", "active": "yes"}


def test_without_a_file_the_page_offers_to_adopt_the_account(browser: FlaskClient, file: Path) -> None:
    page = browser.get("/admin/calcom").text
    assert "There is no file yet" in page
    assert "Adopted into calcom.yaml" in press(browser, "/admin/calcom/adopt").text
    assert "slug: intro" in file.read_text()
    assert "The file says what Cal.com is already" in press(browser, "/admin/calcom/adopt").text


def test_a_look_names_what_differs_and_the_plan_is_applied_as_it_was_shown(adopted: FlaskClient, calcom: FarCalcom) -> None:
    assert "No drift." in adopted.get("/admin/calcom").text
    calcom.kind("intro").title = "<b>By hand</b>"
    page = press(adopted, "/admin/calcom/look").text
    assert "&lt;b&gt;By hand&lt;/b&gt;" in page
    assert "<b>By hand" not in page
    assert "1 change is made at Cal.com" in page
    assert "1 difference" in adopted.get("/admin/calcom").text
    seen = hidden(page, "seen")
    calcom.kind("flexible").title = "Too"
    answer = press(adopted, "/admin/calcom/apply", seen=seen)
    assert (answer.status_code, "Look at the plan again" in answer.text) == (409, True)
    assert "2 changes applied" in press(adopted, "/admin/calcom/apply", seen=hidden(answer.text, "seen")).text
    assert calcom.kind("intro").title == "Intro call"
    assert "No drift." in adopted.get("/admin/calcom").text


def test_a_plan_that_deletes_needs_a_tick(adopted: FlaskClient, calcom: FarCalcom, file: Path) -> None:
    text = file.read_text()
    file.write_text(text[: text.index("\nwebhooks:")] + "\nwebhooks: []\n")
    page = press(adopted, "/admin/calcom/look").text
    assert "it deletes 1" in page
    seen = hidden(page, "seen")
    refused = press(adopted, "/admin/calcom/apply", seen=seen)
    assert (refused.status_code, "Tick the box" in refused.text) == (422, True)
    assert len(calcom.desk.subscriptions.of(calcom.desk.engine.catalogue.first_host())) == 1
    assert "1 change applied" in press(adopted, "/admin/calcom/apply", seen=seen, force="yes").text
    assert calcom.desk.subscriptions.of(calcom.desk.engine.catalogue.first_host()) == []


def test_a_mistake_in_the_file_is_shown_with_its_line(adopted: FlaskClient, file: Path) -> None:
    file.write_text(file.read_text().replace("    lengthInMinutes: 30\n", '    lengthInMinutes: "30"\n', 1))
    assert "lengthInMinutes must be a whole number without quotes" in adopted.get("/admin/calcom").text
    assert press(adopted, "/admin/calcom/look").status_code == 422
    assert "must be a whole number" in adopted.get("/admin/calcom/event-types/intro", follow_redirects=True).text


def test_the_form_shows_first_and_then_changes_file_and_account(adopted: FlaskClient, calcom: FarCalcom, file: Path) -> None:
    file.write_text(file.read_text().replace("  - slug: intro", "  # our first one\n  - slug: intro"))
    path = "/admin/calcom/event-types/intro"
    assert 'value="Intro call"' in adopted.get(path).text
    preview = press(adopted, path, **FORM)
    assert "Save and apply" in preview.text
    assert calcom.kind("intro").title == "Intro call"
    assert "title: Intro call" in file.read_text()
    done = press(adopted, path, **FORM, step="apply", seen=hidden(preview.text, "seen"))
    assert "intro is changed, in the file and at Cal.com." in done.text
    assert (calcom.kind("intro").title, calcom.kind("intro").minutes) == ("First call", 20)
    assert "  # our first one\n  - slug: intro\n    title: First call\n    lengthInMinutes: 20\n" in file.read_text()
    assert "says what Cal.com is already" in press(adopted, "/admin/calcom/adopt").text


def test_an_edit_is_taken_back_while_nobody_changed_the_same(adopted: FlaskClient, calcom: FarCalcom, file: Path) -> None:
    before = file.read_text()
    path = "/admin/calcom/event-types/intro"
    seen = hidden(press(adopted, path, **FORM).text, "seen")
    press(adopted, path, **FORM, step="apply", seen=seen)
    refresh()
    (edit,) = editing.history()
    assert (edit.before["title"], edit.after["title"], edit.outcome) == ("Intro call", "First call", "")
    assert "intro is changed" in press(adopted, f"/admin/calcom/edits/{edit.id}/undo").text
    assert file.read_text() == before
    assert calcom.kind("intro").title == "Intro call"
    assert "cannot be taken back" in press(adopted, f"/admin/calcom/edits/{edit.id}/undo").text
    assert "cannot be taken back" in press(adopted, "/admin/calcom/edits/999/undo").text


def test_questions_are_changed_added_and_taken_away(adopted: FlaskClient, calcom: FarCalcom) -> None:
    path = "/admin/calcom/event-types/project-brief"
    given = {
        "title": "Project brief", "description": "x", "length": "45", "active": "yes",
        "q-0-label": "Your company", "q-1-label": "Mobile number", "q-1-remove": "yes",
        "q-new-label": "Which colour?", "q-new-type": "select", "q-new-options": "Red\r\nBlue", "q-new-required": "yes",
    }  # fmt: skip
    for place, question in enumerate(calcom.kind("project-brief").questions[2:], start=2):
        given |= {f"q-{place}-label": question.label} | ({f"q-{place}-options": "\n".join(question.options)} if question.options else {})
    seen = hidden(press(adopted, path, **given).text, "seen")
    press(adopted, path, **given, step="apply", seen=seen)
    found = {question.slug: question for question in calcom.kind("project-brief").questions}
    assert found["company"].label == "Your company"
    assert "mobile" not in found
    assert (found["which-colour"].options, found["which-colour"].required) == (("Red", "Blue"), True)
    assert found["campaign"].hidden is True


def test_mistakes_in_the_form_lose_nothing(adopted: FlaskClient, calcom: FarCalcom) -> None:
    path = "/admin/calcom/event-types/project-brief"
    answer = press(adopted, path, title=" ", description="Kept", length="soon", **{"q-new-label": "Which?", "q-new-type": "radio"})
    assert answer.status_code == 422
    for words in ("Give it a title", "Write a whole number of minutes", "Write at least one answer", "Write the question, or tick", "Kept"):
        assert words in answer.text
    assert "the usual length has to be one of them" in press(adopted, "/admin/calcom/event-types/flexible", title="x", length="20").text
    assert adopted.get("/admin/calcom/event-types/nothing").status_code == 404


def test_what_cal_com_refuses_leaves_the_file_as_it_was(adopted: FlaskClient, calcom: FarCalcom, file: Path) -> None:
    before, path = file.read_text(), "/admin/calcom/event-types/intro"
    seen = hidden(press(adopted, path, **FORM).text, "seen")
    calcom.turn(api_next="redirect*9", api_only="PATCH /v2/event-types")
    answer = press(adopted, path, **FORM, step="apply", seen=seen)
    assert "the file is as it was" in answer.text
    assert file.read_text() == before
    assert calcom.kind("intro").title == "Intro call"


def test_what_cal_com_drops_is_said(adopted: FlaskClient, calcom: FarCalcom) -> None:
    calcom.turn(api_unknown="hidden")
    path, given = "/admin/calcom/event-types/intro", {"title": "Intro call", "description": FORM["description"], "length": "30"}
    seen = hidden(press(adopted, path, **given).text, "seen")
    assert "did not keep: hidden" in press(adopted, path, **given, step="apply", seen=seen).text
    page = press(adopted, "/admin/calcom/look").text
    assert "did not keep: hidden" in press(adopted, "/admin/calcom/apply", seen=hidden(page, "seen")).text


def test_nothing_changed_is_said(adopted: FlaskClient, calcom: FarCalcom) -> None:
    kind = calcom.kind("intro")
    given = {"title": kind.title, "description": kind.description, "length": str(kind.minutes), "active": "yes"}
    assert "Nothing: the file says so already." in press(adopted, "/admin/calcom/event-types/intro", **given).text


def test_who_may_only_read_sees_and_changes_nothing(adopted: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    reader = sign_in(role=Role.READ_ONLY, email="reader@example.com")
    page = reader.get("/admin/calcom").text
    assert "Intro call" in page
    assert "Look now" not in page
    assert reader.get("/admin/calcom/event-types/intro").status_code == 403


def test_without_a_key_the_page_says_so(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(CALCOM_CONFIG=tmp_path / "calcom.yaml")
    with app.app_context(), app.test_request_context(), pytest.raises(Exception, match="CALCOM_API_KEY is not set"):
        desk()
