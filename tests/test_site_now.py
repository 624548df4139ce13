"""A changed site file counts within a second in every process, a broken one changes nothing, old addresses of style sheets go on."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app import site_now
from app.site import SAMPLE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "texts.yaml"
    shutil.copyfile(SAMPLE, found)
    return found


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the second to be over."""
    monkeypatch.setattr(site_now, "EVERY_SECONDS", 0.0)


def write(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    beside = path.with_name("beside.yaml")
    beside.write_text(text.replace(old, new), encoding="utf-8")
    beside.replace(path)


def test_pages_mails_and_colours_follow_the_file_in_every_process(make_app: Callable[..., Flask], path: Path, at_once: None) -> None:
    one, other = make_app(SITE_FILE=path), make_app(SITE_FILE=path)
    before = one.test_client().get("/").text
    assert "Northquay Advisory" in before
    write(path, "name: Northquay Advisory\ntagline", "name: Southquay Studio\ntagline")
    write(path, 'brand: "#065a5f"', 'brand: "#7a1f5c"')
    write(path, "reminders: [24h, 1h]", "reminders: [2h]")
    for app in (one, other):
        page = app.test_client().get("/").text
        assert "Southquay Studio" in page
        sheet = page.partition('href="/assets/site.')[2].partition('"')[0]
        assert sheet not in before
        assert "#7a1f5c" in app.test_client().get(f"/assets/site.{sheet}").text
        assert app.extensions["works"].brand.name == "Southquay Studio"
        assert [step.name for step in app.extensions["works"].policy.reminders] == ["2h"]
    old = before.partition('href="/assets/site.')[2].partition('"')[0]
    assert one.test_client().get(f"/assets/site.{old}").status_code == 200, "a page that is open still has its style"


def test_a_style_sheet_that_another_process_named_first_is_found(make_app: Callable[..., Flask], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late, early = make_app(SITE_FILE=path), make_app(SITE_FILE=path)
    write(path, 'brand: "#065a5f"', 'brand: "#7a1f5c"')
    early.extensions["works"].look_at_site(at_once=True)
    sheet = early.extensions["assets"]["site.css"].name
    monkeypatch.setattr(site_now, "EVERY_SECONDS", 3600.0)
    assert late.test_client().get(f"/assets/{sheet}").status_code == 200
    assert late.test_client().get("/assets/site.0000000000.css").status_code == 404


def test_a_mistake_changes_nothing_and_is_told_until_it_is_mended(make_app: Callable[..., Flask], path: Path, at_once: None) -> None:
    app = make_app(SITE_FILE=path)
    works = app.extensions["works"]
    write(path, "title: A clear head", "titel: A clear head")
    assert "A clear head" in app.test_client().get("/").text
    assert "home.titel is not a known key (did you mean title?)" in works.site_problem
    write(path, "titel: A clear head", "title: A cool head")
    assert "A cool head" in app.test_client().get("/").text
    assert works.site_problem == ""


def test_without_site_file_one_in_the_instance_folder_counts(make_app: Callable[..., Flask], at_once: None) -> None:
    app = make_app()
    settings = app.extensions["settings"]
    assert settings.site_file is None
    text = SAMPLE.read_text(encoding="utf-8").replace("name: Northquay Advisory\ntagline", "name: Southquay Studio\ntagline")
    settings.site_path.write_text(text, encoding="utf-8")
    assert "Southquay Studio" in app.test_client().get("/").text
    settings.site_path.unlink()
    assert "Northquay Advisory" in app.test_client().get("/").text


def test_it_is_looked_at_once_a_second_at_most(make_app: Callable[..., Flask], path: Path) -> None:
    app = make_app(SITE_FILE=path)
    browser = app.test_client()
    browser.get("/")
    app.extensions["works"].look_at_site(at_once=True)
    write(path, "title: A clear head", "title: A cool head")
    assert "A clear head" in browser.get("/").text
    time.sleep(site_now.EVERY_SECONDS + 0.05)
    assert "A cool head" in browser.get("/").text
