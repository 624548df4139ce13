"""Texts and brand are changed on pages: checked as at start, written with comments kept, taken back, never written over unseen."""

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.models import Role, StaffAct
from app.accounts.staff import create
from app.db import db, transaction
from app.site import SAMPLE
from app.site_edits import history
from app.site_edits.sections import SECTIONS
from tests.conftest import in_worker, refresh, token_in

Browser = Callable[..., FlaskClient]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "texts.yaml"
    shutil.copyfile(SAMPLE, found)
    return found


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str, path: Path) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=sqlite_url, SITE_FILE=path)
    with app.app_context():
        yield app


@pytest.fixture
def sign_in_at() -> Callable[[Flask], FlaskClient]:
    """A browser of an owner at this app."""

    def enter(app: Flask) -> FlaskClient:
        def make() -> None:
            with transaction() as session:
                create(session, email="owner@example.com", password="a good password")

        in_worker(app, make)
        browser = app.test_client()
        form = {"email": "owner@example.com", "password": "a good password", "csrf_token": token_in(browser.get("/admin/sign-in").text)}
        assert browser.post("/admin/sign-in", data=form).status_code == 302
        return browser

    return enter


class Fields(HTMLParser):
    """What a browser would send with the settings form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._area = self._select = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._inside = self._inside or (tag == "form" and "data-preview" in found)
        name = found.get("name") or ""
        if not self._inside:
            return
        if tag == "input" and found.get("type") == "checkbox":
            if "checked" in found:
                self.values[name] = "yes"
        elif tag == "input":
            self.values[name] = found.get("value") or ""
        elif tag == "textarea":
            self._area, self.values[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in self.values or "selected" in found):
            self.values[self._select] = found.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "form":
            self._inside = False


def fields(page: str) -> dict[str, str]:
    parser = Fields()
    parser.feed(page)
    return parser.values


def save(browser: FlaskClient, slug: str, _verb: str = "", **changes: str) -> TestResponse:
    form = fields(browser.get(f"/admin/settings/{slug}").text)
    return browser.post(f"/admin/settings/{slug}{_verb}", data=form | {name.replace("__", "."): value for name, value in changes.items()})


@pytest.mark.parametrize("slug", [section.slug for section in SECTIONS])
def test_saving_a_part_as_it_is_leaves_every_byte(slug: str, path: Path, sign_in: Browser) -> None:
    before = path.read_bytes()
    answer = save(sign_in(), slug)
    assert answer.status_code == 302
    assert path.read_bytes() == before


def test_a_saved_text_is_on_the_page_at_once_and_comments_stay(path: Path, sign_in: Browser, client: FlaskClient) -> None:
    browser = sign_in()
    answer = save(browser, "home", home__title="A cool head: before it is late")
    assert answer.status_code == 302
    assert "Every page shows it" in browser.get(answer.location).text
    assert "A cool head: before it is late" in client.get("/").text
    text = path.read_text(encoding="utf-8")
    assert 'title: "A cool head: before it is late"' in text
    assert "# One colour; everything else derives from it" in text


def test_items_can_be_added_and_removed(path: Path, sign_in: Browser, client: FlaskClient) -> None:
    save(sign_in(), "people", people__1__name="Kim Example", people__1__role="Desk")
    assert "Kim Example" in client.get("/").text
    save(sign_in(), "people", people__0__name="", people__0__role="", people__0__text="")
    page = client.get("/").text
    assert "Kim Example" in page
    assert "Robin Meyer" not in page


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(path: Path, sign_in: Browser) -> None:
    before = path.read_bytes()
    answer = save(sign_in(), "brand", name="", brand="blue-ish", tagline="Kept & shown")
    assert answer.status_code == 422
    assert 'href="#brand">Colour must be a colour such as #0f5e63' in answer.text
    assert re.search(r'id="brand-error">must be a colour', answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert fields(answer.text)["tagline"] == "Kept & shown"
    assert fields(answer.text)["brand"] == "blue-ish"
    assert path.read_bytes() == before


def test_a_mistake_in_an_item_of_a_list_is_beside_that_item(sign_in: Browser) -> None:
    answer = save(sign_in(), "home", home__facts__1__title="")
    assert 'id="home.facts.1.title-error"' in answer.text
    answer = save(sign_in(), "mails", mails__reminders="24h, soon")
    assert "mails.reminders" in answer.text
    assert answer.status_code == 422


def test_two_editors_do_not_write_over_each_other(path: Path, sign_in: Browser, client: FlaskClient) -> None:
    one = sign_in()
    form = fields(one.get("/admin/settings/home").text)
    save(sign_in(role=Role.MANAGER, email="kim@example.com"), "home", home__action="Come in")
    answer = one.post("/admin/settings/home", data=form | {"home.title": "Mine"})
    assert answer.status_code == 409
    assert "Somebody else has saved in the meantime" in answer.text
    assert fields(answer.text)["home.title"] == "Mine"
    assert "Come in" in client.get("/").text
    assert one.post("/admin/settings/home", data=fields(answer.text)).status_code == 302
    assert "Mine" in client.get("/").text


def test_a_change_by_hand_in_between_is_noticed(path: Path, sign_in: Browser) -> None:
    browser = sign_in()
    form = fields(browser.get("/admin/settings/home").text)
    path.write_text(path.read_text(encoding="utf-8") + "\n# by hand\n", encoding="utf-8")
    assert browser.post("/admin/settings/home", data=form | {"home.title": "Mine"}).status_code == 409
    save(browser, "home", home__title="Mine")
    path.write_text(path.read_text(encoding="utf-8") + "\n# again\n", encoding="utf-8")
    assert "changed by hand after the newest change" in browser.get("/admin/settings/history").text


def test_history_says_who_when_and_what_and_can_be_taken_back(path: Path, sign_in: Browser, client: FlaskClient) -> None:
    browser = sign_in()
    before = path.read_bytes()
    save(browser, "home", home__title="A cool head")
    refresh()
    (edit,) = history.newest()
    assert (edit.what, edit.who) == ("home", "owner")
    page = browser.get("/admin/settings/history").text
    assert "<del>" in page
    assert "title: A cool head" in page
    form = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1], "seen": re.findall(r'name="seen" value="([^"]+)"', page)[0]}
    stale = browser.post(f"/admin/settings/history/{edit.id}/undo", data=form | {"seen": "0" * 64})
    assert "has been written since" in browser.get(stale.location).text
    answer = browser.post(f"/admin/settings/history/{edit.id}/undo", data=form)
    assert "says again what it said" in browser.get(answer.location).text
    assert path.read_bytes() == before
    assert "A clear head" in client.get("/").text
    acts = [(act.act, act.subject) for act in db.session.query(StaffAct) if act.act.startswith("settings.")]
    assert acts == [("settings.save", "home"), ("settings.undo", str(edit.id))]
    assert browser.post("/admin/settings/history/99/undo", data=form).status_code == 404


def test_a_file_that_cannot_be_written_gives_the_text_to_put_there(path: Path, sign_in: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("app.site_edits.file.tempfile.mkstemp", refuse)
    answer = save(sign_in(), "home", home__title="A cool head")
    assert answer.status_code == 200
    assert "cannot be written (Read-only file system)" in unescape(answer.text)
    assert "title: A cool head" in answer.text
    refresh()
    assert list(history.newest()) == [], "what was not written is no history"


def test_a_preview_shows_the_draft_to_staff_and_changes_nothing(path: Path, sign_in: Browser, client: FlaskClient) -> None:
    browser = sign_in()
    before = path.read_bytes()
    answer = save(browser, "home", "/preview", home__title="A cool head")
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "A cool head" in page
    assert "Preview of a draft" in page
    assert "noindex" in page
    assert client.get(answer.location).location.startswith("/admin/sign-in")
    assert "A clear head" in client.get("/").text
    assert path.read_bytes() == before
    assert browser.get(answer.location.replace("/home/", "/nonsense/")).status_code == 404
    assert browser.get(answer.location[:-3] + "abc").status_code == 404
    save(browser, "home", "/preview", home__title="A newer draft")
    assert "there is a newer draft" in browser.get(answer.location).text


def test_a_preview_has_the_colour_of_the_draft_on_each_page(sign_in: Browser) -> None:
    browser = sign_in()
    page = browser.get(save(browser, "brand", "/preview", brand="#7a1f5c").location).text
    sheet = re.search(r'href="(/admin/settings/preview-colour/[^"]+)"', page)
    assert sheet
    assert "#7a1f5c" in browser.get(sheet[1]).text
    for slug in ("consultation", "booking"):
        assert "Preview of a draft" in browser.get(save(browser, slug, "/preview").location).text
    wrong = save(browser, "brand", "/preview", brand="blue-ish")
    assert wrong.status_code == 422
    assert "must be a colour" in wrong.text


@pytest.fixture
def fresh(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Flask]:
    """A site without a file of its own, whose name comes from outside."""
    app = make_app(DATABASE_URL=sqlite_url, SITE_NAME="From outside")
    with app.app_context():
        yield app


def test_without_a_file_of_its_own_the_first_save_makes_one(fresh: Flask, sign_in_at: Callable[[Flask], FlaskClient]) -> None:
    browser, target = sign_in_at(fresh), fresh.extensions["settings"].site_path
    page = browser.get("/admin/settings").text
    assert "These are the sample texts." in page
    assert "SITE_NAME is set where this site is started" in page
    assert not target.exists()
    save(browser, "home", home__title="A cool head")
    assert "title: A cool head" in target.read_text(encoding="utf-8")
    assert "A cool head" in fresh.test_client().get("/").text
    assert "These are the sample texts." not in browser.get("/admin/settings/home").text


def test_there_are_no_other_parts(sign_in: Browser) -> None:
    assert sign_in().get("/admin/settings/nonsense").status_code == 404


def test_a_broken_file_is_named_and_nothing_can_be_saved_into_it(path: Path, sign_in: Browser, app: Flask) -> None:
    browser = sign_in()
    form = fields(browser.get("/admin/settings/home").text)
    path.write_text("name: [\n", encoding="utf-8")
    app.extensions["works"].look_at_site(at_once=True)
    page = browser.get("/admin/settings/home").text
    assert "The file has a mistake" in page
    assert browser.post("/admin/settings/home", data=form).status_code == 422


def test_who_may_only_read_and_hosts_stay_outside(sign_in: Browser) -> None:
    for role in (Role.READ_ONLY, Role.HOST):
        browser = sign_in(role=role, email=f"{role}@example.com")
        assert [browser.get(f"/admin/settings{path}").status_code for path in ("", "/home", "/history")] == [403, 403, 403]
