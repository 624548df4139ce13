"""Saving and taking back: check, write, note, in this order and with nobody else between."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.config import Settings
from app.db import one_writer
from app.site import Site, read
from app.site_edits import file, history
from app.site_edits.models import SiteEdit

TOPIC = 7306


def checked(settings: Settings, text: str) -> Site:
    """The site that the text describes, by the same rules as at start. Raises `SiteFileError` with what is wrong at which key."""
    return read(text, file=settings.site_path, name=settings.SITE_NAME, time_zone=settings.PLACE_TIME_ZONE)


def save(session: Session, settings: Settings, *, text: str, seen: str, by: Mapping[str, Any], what: str) -> SiteEdit | None:
    """Puts the text in the place of what the editor saw; None when it says nothing new. `by` is `staff_id` and `who`.

    The line of the history is written first and undone with the transaction when the file cannot be written.
    Raises `file.Overtaken` and `file.NotWritable`.
    """
    one_writer(session, TOPIC)
    before = file.read(settings.site_path)
    if before.digest != seen:
        raise file.Overtaken
    if before.text == text:
        return None
    edit = history.note(session, staff_id=by["staff_id"], who=by["who"], what=what, before=before.text, after=text)
    file.write(settings.site_path, text, seen=seen)
    return edit
