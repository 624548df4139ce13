"""The owner's own texts: checked at the start, used when they work, never in the way when they do not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.mail.own_texts import OwnTexts
from app.notifications.brand import Brand
from app.notifications.sample import sample
from app.site import SiteFileError


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def make(name: str, text: str) -> Path:
        path = tmp_path / "instance" / "mail" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


def brand(tmp_path: Path) -> Brand:
    return Brand(name="North Quay", own_texts=OwnTexts(tmp_path / "instance" / "mail"))


def test_own_texts_stand_in_for_ours_file_by_file(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    write("confirmation/subject.txt", "See you, {{ booker }}")
    email = sample("confirmation", brand=brand(tmp_path)).email()
    assert email.subject == "See you, Alex Example"
    assert "Your booking is confirmed." in email.text


def test_one_block_of_ours_can_be_changed(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    write("reminder_24h/body.html", '{% extends "builtin/reminder/body.html" %}{% block heading %}Tomorrow{% endblock %}')
    assert "Tomorrow" in sample("reminder_24h", brand=brand(tmp_path)).email().html
    assert "Tomorrow" not in sample("reminder_1h", brand=brand(tmp_path)).email().html


@pytest.mark.parametrize("kind", ["reminder", "reminder_2d", "follow_up_3", "admin_notice", "admin_digest"])
def test_a_family_and_each_step_of_it_may_have_texts(kind: str, write: Callable[[str, str], Path], make_app: Callable[..., Flask]) -> None:
    write(f"{kind}/subject.txt", "Ours")
    make_app()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("confirmation/body.txt", "Hello\n{{ bokker }}", "confirmation/body.txt, line 2: bokker is not known here; known are "),
        ("confirmation/body.txt", "{% if false %}\n\n{{ bokker }}{% endif %}", "line 3: bokker is not known here"),
        ("confirmation/body.txt", "Hello\n\n{{ when.dya }}", "confirmation/body.txt, line 3: "),
        ("confirmation/body.html", "\n{% if %}", "confirmation/body.html, line 2: "),
        ("confirmation/body.html", '{% extends "nothing.html" %}', "confirmation/body.html, line 1: "),
        ("reminder/subject.txt", "\n\n{{ 1 / 0 }}", "reminder/subject.txt, line 3: "),
        ("admin_notice/subject.txt", "{{ nobody }}", "admin_notice/subject.txt, line 1: nobody is not known here"),
        ("admin_digest/subject.txt", "{{ booker }}", "admin_digest/subject.txt, line 1: booker is not known here"),
        ("confirmaton/body.txt", "x", "no kind of mail has this name (did you mean confirmation?)"),
        ("confirmation/body.htm", "x", "this is never read; a folder may hold subject.txt, body.txt, body.html"),
    ],
)
def test_a_mistake_stops_the_start_and_names_file_and_line(
    name: str, text: str, said: str, write: Callable[[str, str], Path], make_app: Callable[..., Flask]
) -> None:
    write(name, text)
    with pytest.raises(SiteFileError) as caught:
        make_app()
    assert said in str(caught.value)


def test_a_text_that_fails_later_gives_way_to_ours_and_is_logged_once(
    write: Callable[[str, str], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    write("confirmation/body.txt", "{{ nothing_like_this }}")
    own = brand(tmp_path)
    for _ in range(3):
        assert "Your booking is confirmed." in sample("confirmation", brand=own).email().text
    said = caplog.text + capsys.readouterr().out
    assert said.count("own mail text not used") == 1


def test_an_empty_text_is_no_text(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    write("confirmation/subject.txt", "  \n")
    assert sample("confirmation", brand=brand(tmp_path)).email().subject.startswith("Confirmed")
