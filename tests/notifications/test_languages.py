"""Every text of every mail in every language, and nothing lost on the way."""

import re
from string import Formatter

import pytest

from app.mail.render import FOLDER
from app.notifications.admin_alarm import SAID
from app.notifications.admin_digest import LABELS
from app.notifications.admin_notice import NOTICES
from app.notifications.brand import Brand
from app.notifications.language import ENGLISH, words_for
from app.notifications.languages import CATALOGUES
from app.notifications.sample import ALL_KINDS, sample
from app.notifications.staff_door import ROLES

SOURCES = [*FOLDER.rglob("*.txt"), *FOLDER.rglob("*.html"), *(FOLDER.parents[1] / "notifications").glob("*.py")]
TEXTS = {
    *(text for path in SOURCES for text in re.findall(r'(?:\bt|words\.say)\("([^"]+)"', path.read_text(encoding="utf-8"))),
    *(text for notice in NOTICES.values() for text in (notice.label, notice.heading, notice.line, notice.action)),
    *ROLES.values(),
    *(text for said in SAID.values() for text in (said.heading, said.line, said.todo)),
    *LABELS.values(),
}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    assert set(CATALOGUES[language]) == TEXTS


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_says_what_the_english_says(language: str) -> None:
    for english, text in CATALOGUES[language].items():
        assert holes(text) == holes(english), english
        assert text == text.strip()
        assert "!" not in text
        assert english.endswith((".", ":", "?", ",")) == text.endswith((".", ":", "?", ",")), english


@pytest.mark.parametrize("language", ["en", *CATALOGUES])
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_kind_can_be_written_in_each_language(kind: str, language: str) -> None:
    email = sample(kind, locale=language).email()
    if not kind.startswith("admin_"):
        assert f'<html lang="{language}"' in email.html
        greeting = {"en": "Hello Alex Example,", "de": "Guten Tag Alex Example,", "es": "Hola, Alex Example:"}[language]
        assert email.text.startswith(greeting)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("de-AT", "de"), ("de_CH", "de"), ("es-419", "es"), ("en-GB", "en"), ("fr", "en"), ("", "en"), ("dexter", "en"), ("../de", "en")],
)
def test_the_locale_decides_and_others_get_english(locale: str, language: str) -> None:
    assert words_for(locale).language == language


def test_a_site_that_writes_one_language_writes_it_to_everybody() -> None:
    assert words_for("fr", languages=["de"]).language == "de"
    assert words_for("es", languages=["de", "en"]).language == "en"


def test_a_french_reader_gets_english_words_with_french_dates() -> None:
    email = sample("confirmation", locale="fr", zone="Europe/Paris").email()
    assert "Mardi 8 décembre 2026" in email.text
    assert "Your booking is confirmed." in email.text


def test_values_are_escaped_in_html_and_not_in_text() -> None:
    found = sample("confirmation")
    found.booking.booker_name = "A & <b>B</b> {0}"
    email = found.email()
    assert "A &amp; &lt;b&gt;B&lt;/b&gt; {0}, the time is yours." in email.html
    assert "Hello A & <b>B</b> {0}," in email.text
    assert ENGLISH.say("{name}", name="{0}") == "{0}"


def test_zone_and_place_are_named_in_the_readers_language() -> None:
    email = sample("confirmation", locale="es", zone="Europe/Madrid").email()
    assert "hora de Madrid, GMT+1" in email.text
    assert "en Londres" in email.text


@pytest.mark.parametrize(("language", "said"), [("en", "Waiting for approval"), ("de", "Wartet auf Zusage"), ("es", "A la espera")])
def test_the_sample_of_the_summary_is_in_the_language_of_its_reader(language: str, said: str) -> None:
    brand = Brand(name="North Quay Advisory", place_time_zone="Europe/London", languages=(language,))
    html = sample("admin_digest", brand=brand).email().html
    assert said in html
    assert ("Cancelled" in html) == (language == "en")
