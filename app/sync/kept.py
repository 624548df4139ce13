"""Deliveries that are no booking and are kept as rows of their own: form answers and absences."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.forms import submissions
from app.hosts import absences
from app.sync.clean import clean, text
from app.sync.translate import NotUnderstood, instant


def form(session: Session, body: Mapping[str, Any], inbox_id: int) -> None:
    """Keeps the answers under their identifiers; the copies at the top level of the body are the same again."""
    payload = _object(body.get("payload"), "payload")
    responses = _object(payload.get("responses"), "payload.responses")
    answers = {text(name): clean(one.get("value") if isinstance(one, dict) else one) for name, one in responses.items()}
    said = submissions.Submitted(
        form_id=text(payload.get("formId")),
        form_name=text(payload.get("formName")),
        without_booking=body.get("triggerEvent") == "FORM_SUBMITTED_NO_EVENT",
        email=next((text(value).lower() for value in answers.values() if isinstance(value, str) and "@" in value), ""),
        answers=answers,
        submitted_at=instant(text(body.get("createdAt")), "createdAt"),
    )
    submissions.keep(session, said, inbox_id=inbox_id)


def absence(session: Session, body: Mapping[str, Any], _: int) -> None:
    """Keeps an absence; an edited one is told again under the same uuid."""
    entry = _object(_object(body.get("payload"), "payload").get("oooEntry"), "payload.oooEntry")
    uuid = text(entry.get("uuid"))
    if not uuid:
        raise NotUnderstood("payload.oooEntry.uuid: missing")
    said = absences.SaidAbsence(
        uuid=uuid,
        host_email=_text_in(entry, "user", "email").lower(),
        start=instant(text(entry.get("start")), "payload.oooEntry.start"),
        end=instant(text(entry.get("end")), "payload.oooEntry.end"),
        reason=_text_in(entry, "reason", "reason"),
        notes=text(entry.get("notes")),
        stand_in_email=_text_in(entry, "toUser", "email").lower(),
        said_at=instant(text(body.get("createdAt")), "createdAt"),
    )
    absences.keep(session, said)


KEPT: dict[str, Callable[[Session, Mapping[str, Any], int], None]] = {
    "FORM_SUBMITTED": form,
    "FORM_SUBMITTED_NO_EVENT": form,
    "OOO_CREATED": absence,
}
"""Trigger → what keeps it."""


def _object(found: object, name: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise NotUnderstood(f"{name}: missing")
    return found


def _text_in(entry: Mapping[str, Any], part: str, name: str) -> str:
    found = entry.get(part)
    return text(found.get(name)) if isinstance(found, dict) else ""
