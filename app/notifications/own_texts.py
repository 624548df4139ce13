"""The check of the owner's own mail texts when the site starts: every mistake with file and line, before a customer sees it."""

import difflib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.config import Settings
from app.mail.own_texts import FILES, OwnTextFailed, OwnTexts
from app.notifications.brand import Brand, brand_of
from app.notifications.kinds import COMPOSE
from app.notifications.sample import ALL_KINDS, sample
from app.outbox.topics import ALARMS, FAMILIES, LETS_IN, Topic, family
from app.site import Site, SiteFileError

NAMES = sorted({*COMPOSE, *FAMILIES, Topic.ADMIN_DIGEST, Topic.ADMIN_ALARM, *LETS_IN, "admin_notice"})
"""Folders that may hold own texts; reminders and sequences also with their step, such as `reminder_24h`."""
FOLDER = "mail"


def own_texts(settings: Settings, site: Site) -> OwnTexts | None:
    """The owner's texts in `INSTANCE_PATH`; None when there are none.

    Raises `SiteFileError`, one line for each mistake, with file and line.
    """
    folder = settings.INSTANCE_PATH / FOLDER
    if not folder.is_dir():
        return None
    mistakes = [*_strangers(folder), *_failures(folder, brand_of(site))]
    if mistakes:
        raise SiteFileError("\n".join(mistakes))
    return OwnTexts(folder)


def _strangers(folder: Path) -> Iterator[str]:
    """Folders and files that no mail would ever read."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir() or (path.name not in NAMES and family(path.name) == path.name):
            near = difflib.get_close_matches(path.name, NAMES, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            yield f"{path}: no kind of mail has this name{hint}; there are {', '.join(NAMES)}."
            continue
        for file in sorted(path.iterdir()):
            if file.name not in FILES and not file.name.startswith("."):
                yield f"{file}: this is never read; a folder may hold {', '.join(FILES)}."


def _failures(folder: Path, brand: Brand) -> Iterator[str]:
    """What goes wrong when each kind with own texts is written from sample data, in each language."""
    strict = replace(brand, own_texts=OwnTexts(folder, strict=True))
    said = set()
    for path in sorted(folder.iterdir()):
        for kind in _kinds_of(path.name):
            for language in brand.languages:
                try:
                    sample(kind, brand=strict, locale=language).email()
                except OwnTextFailed as failure:
                    said.add(str(failure))
    yield from sorted(said)


def _kinds_of(name: str) -> list[str]:
    """Kinds whose mails read the texts in a folder of this name."""
    if name == "admin_notice":
        return [kind for kind in ALL_KINDS if kind.startswith("admin_") and kind not in {Topic.ADMIN_DIGEST, *ALARMS}]
    if name == Topic.ADMIN_ALARM:
        return list(ALARMS)
    return [kind for kind in ALL_KINDS if family(kind) == name] or ([name] if family(name) in FAMILIES or name in ALL_KINDS else [])
