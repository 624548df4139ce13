"""The words of a mail in the reader's language: the English text is the key, the catalogues hold the rest.

English stands in the templates, where whoever writes a mail reads it; `languages/<code>.py` says the same in another
language. A text that a catalogue lacks is said in English (a test says which); a reader whose language we do not write
gets English with the dates of their own language.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.notifications.languages import CATALOGUES

LANGUAGES = ("en", *CATALOGUES)
"""Languages that mails are written in."""
_FIRST_PART = re.compile(r"([A-Za-z]{2,3})(?:[-_]|$)")


class Words:
    """The texts of one language. In a template `{{ t("Hello {name},", name=booker) }}`; values are escaped in HTML."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue: Mapping[str, str] = CATALOGUES.get(language, {})

    def say(self, text: str, **values: Any) -> str:
        """The text in this language as plain text."""
        return self._catalogue.get(text, text).format(**values)

    @pass_eval_context
    def __call__(self, context: EvalContext, text: str, **values: Any) -> str:
        if context.autoescape:
            return Markup(self._catalogue.get(text, text)).format(**values)  # noqa: S704 -- our own text; format escapes the values
        return self.say(text, **values)


@cache
def _words(language: str) -> Words:
    """One for each language that there is, so that equal ones are the same."""
    return Words(language)


def words_for(locale: str, *, languages: Sequence[str] = LANGUAGES) -> Words:
    """The words for a reader with this locale, among the languages that the site writes: theirs, else English, else the first."""
    found = _FIRST_PART.match(locale.strip())
    language = found[1].lower() if found else ""
    if language not in languages:
        language = "en" if "en" in languages or not languages else languages[0]
    return _words(language)


ENGLISH = _words("en")
