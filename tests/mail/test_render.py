"""Templates become a mail, or an error; never a mail with a hole."""

from pathlib import Path

import jinja2
import pytest

from app.mail import render as module
from app.mail.render import render


@pytest.fixture(autouse=True)
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "subject.txt").write_text("Hello {{ name }}\n")
    (tmp_path / "hello" / "body.txt").write_text("\n\nHello {{ name }},   \n{% if name %}\n\n\n\nwelcome.\n{% endif %}\n")
    page = "<html><head><style>p { color: red } @media (max-width: 480px) { p { color: blue } }</style>"
    link = '<link rel="stylesheet" href="http://192.0.2.1/x.css">'
    (tmp_path / "hello" / "body.html").write_text(f"{page}{link}</head><body><p>Hello {{{{ name }}}}</p></body></html>")
    monkeypatch.setattr(module._environment, "loader", jinja2.FileSystemLoader(tmp_path))


def test_the_text_is_tidy_and_not_escaped() -> None:
    _, text, _ = render("hello", name="O'Neil & sons")
    assert text == "Hello O'Neil & sons,\n\nwelcome.\n"


def test_the_html_is_escaped() -> None:
    _, _, html = render("hello", name="<script>alert(1)</script>")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_styles_stand_in_the_tags_and_media_queries_stay() -> None:
    _, _, html = render("hello", name="Alex")
    assert '<p style="color: red' in html
    assert "@media (max-width: 480px)" in html


def test_the_subject_is_one_short_line() -> None:
    subject, _, _ = render("hello", name="Alex\r\nBcc: x@example.net" + "x" * 100_000)
    assert subject.startswith("Hello Alex Bcc: x@example.net")
    assert len(subject) == 150


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("hello")


def test_a_kind_without_a_folder_is_an_error() -> None:
    with pytest.raises(jinja2.TemplateNotFound):
        render("goodbye", name="Alex")
