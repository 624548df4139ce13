"""Three templates become the subject, the text and the HTML of a mail.

One folder a kind below `app/templates/mail/`: `subject.txt`, `body.txt`, `body.html`. The environment is our own, not
Flask's, because mails are written by a worker outside any request, and a value that is missing must be an error
(`StrictUndefined`) and not a hole in a customer's mail. Styles are written into the tags, since Gmail reads no others;
what cannot stand there (dark mode, narrow screens) stays in one `<style>`.
"""

import re
from collections.abc import Sequence
from typing import Any

import css_inline

from app.mail.lines import one_line
from app.mail.own_texts import FILES, FOLDER, OwnTexts, environment_for

__all__ = ["FOLDER", "LONGEST_SUBJECT", "render"]

LONGEST_SUBJECT = 150

_environment = environment_for()
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def render(kind: str, *, own: OwnTexts | None = None, own_kinds: Sequence[str] = (), **values: Any) -> tuple[str, str, str]:
    """Subject, text and HTML of a kind of mail, filled with the values; the owner's own texts come first.

    `own_kinds` are the names under which the owner may have put them. Raises `jinja2.TemplateNotFound` for a kind
    without a folder and `jinja2.UndefinedError` for a missing value.
    """
    parts = []
    for name in FILES:
        found = own.render([*own_kinds, kind], name, values) if own else ""
        parts.append(found if found.strip() else _environment.get_template(f"{kind}/{name}").render(values))
    subject, text, html = parts
    return one_line(subject, limit=LONGEST_SUBJECT), _tidy(text), _inliner.inline(html)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"
