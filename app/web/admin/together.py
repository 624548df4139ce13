"""Mails of a story that share their fate stand in one line: what a move skips, what a new booking plans.

Each of them is still there, one click below. When not to use it: for mails that were sent or failed; those are what happened.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from app.web.admin.entry import Entry

FATES: Mapping[str, str] = {"skipped": "{} mails were skipped", "planned": "{} mails are planned"}
FROM = 3
"""Fewer stay as they are."""


def together(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same entries, with runs of mails of one fate in one."""
    for fate, run in groupby(entries, key=_fate):
        some = list(run)
        if not fate or len(some) < FROM:
            yield from some
            continue
        reasons = dict.fromkeys(reason for each in some for reason in each.reasons)
        first = some[0]
        yield Entry(
            key=f"mails-{first.number}", kind="mail", at=first.at, title=FATES[fate].format(len(some)), state=fate, state_label=first.state_label,
            notes=list(reasons), folded=some,
        )  # fmt: skip


def _fate(entry: Entry) -> str:
    return entry.state if entry.kind == "mail" and entry.state in FATES else ""
