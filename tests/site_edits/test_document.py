"""New values go into the text of a site file; comments, order and quotes of everything else stay."""

from typing import Any

import pytest
import yaml

from app.site import SAMPLE, read
from app.site_edits.document import NotWritten, changed

TEXT = SAMPLE.read_text(encoding="utf-8")


def test_nothing_new_leaves_every_byte() -> None:
    assert changed(TEXT, {}) == TEXT
    assert changed(TEXT, yaml.safe_load(TEXT)) == TEXT


def test_one_value_changes_one_line_and_comments_stay() -> None:
    found = changed(TEXT, {"name": "Acme & Sons"})
    assert [line for line in found.splitlines() if line.lstrip().startswith("#")] == [line for line in TEXT.splitlines() if line.lstrip().startswith("#")]
    assert len(set(found.splitlines()) ^ set(TEXT.splitlines())) == 2


def test_items_of_a_list_are_changed_added_and_removed() -> None:
    home = yaml.safe_load(TEXT)["home"]
    home["facts"] = [home["facts"][0] | {"title": "45 minutes"}, home["facts"][1]]
    home["steps"].append({"title": "Then", "text": "You decide."})
    found = changed(TEXT, {"home": home})
    site = read(found, file=SAMPLE)
    assert [fact.title for fact in site.home.facts] == ["45 minutes", "Free"]
    assert site.home.steps[-1].title == "Then"
    assert "# One colour; everything else derives from it" in found


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "Yes",
        "12:30",
        "0123",
        "1.50",
        "null",
        "~",
        "a: b",
        "# not a comment",
        "- dash",
        "'quoted'",
        "*star",
        "&amp",
        "line one\nline two",
        "ends with \\",
        "{}",
        "%x",
    ],
)
def test_whatever_is_typed_is_read_as_exactly_that(value: str) -> None:
    found = changed(TEXT, {"tagline": value})
    assert yaml.safe_load(found)["tagline"] == value


@pytest.mark.parametrize("value", [True, ["de", "en"], None, {"a": ["7d"]}])
def test_other_kinds_of_values(value: Any) -> None:
    found = changed(TEXT, {"guests_get_mail": value})
    assert yaml.safe_load(found).get("guests_get_mail") == value


@pytest.mark.parametrize("text", ["- a\n- b\n", "name: [", "just words"])
def test_what_is_no_site_file_is_refused(text: str) -> None:
    with pytest.raises(NotWritten):
        changed(text, {"name": "x"})


def test_a_text_that_would_say_something_else_is_never_written() -> None:
    with pytest.raises(NotWritten):
        changed("name: x\nanchor: &a 1\nother: *a\nanchor: 2\n", {"name": "y"})
