"""Three templates become the subject, the text and the HTML of a mail.

One folder a kind below `app/templates/mail/`: `subject.txt`, `body.txt`, `body.html`. The environment is our own, not
Flask's, because mails are written by a worker outside any request, and a value that is missing must be an error
(`StrictUndefined`) and not a hole in a customer's mail. Styles are written into the tags, since Gmail reads no others;
what cannot stand there (dark mode, narrow screens) stays in one `<style>`.
"""

import re
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.mail.lines import one_line

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "mail"
LONGEST_SUBJECT = 150

_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def render(kind: str, **values: Any) -> tuple[str, str, str]:
    """Subject, text and HTML of a kind of mail, filled with the values.

    Raises `jinja2.TemplateNotFound` for a kind without a folder and `jinja2.UndefinedError` for a missing value.
    """
    subject, text, html = (_environment.get_template(f"{kind}/{name}").render(values) for name in ("subject.txt", "body.txt", "body.html"))
    return one_line(subject, limit=LONGEST_SUBJECT), _tidy(text), _inliner.inline(html)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"
