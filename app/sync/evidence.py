"""Deliveries about a booking that carry no booking: marks of absence, the scheduled start and end, recordings.

They can arrive before the booking they speak of, and for bookings that we never hear of: each is kept as a fact and
counts as soon as its uid is known. MEETING_* are stale snapshots without a time of their own: evidence, never a change.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.bookings.facts import Fact, Kind
from app.sync.clean import UID, text
from app.sync.translate import NotUnderstood, instant


def attendance(body: Mapping[str, Any]) -> Fact:
    """Who was marked as absent, and whose mark was taken back."""
    payload = _payload(body)
    people = payload.get("attendees")
    if not isinstance(people, list):
        raise NotUnderstood("payload.attendees: not a list")
    marks = {text(one.get("email")).lower(): bool(one.get("noShow")) for one in people if isinstance(one, dict) and one.get("email")}
    return Fact(_uid(payload, "bookingUid"), "", Kind.ATTENDANCE, _said_at(body), content={"marks": marks})


def meeting(body: Mapping[str, Any]) -> Fact:
    """The scheduled start or end of a meeting went by; the body is flat and has no time of its own."""
    started = body.get("triggerEvent") == "MEETING_STARTED"
    name = "startTime" if started else "endTime"
    at = instant(text(body.get(name)), name)
    return Fact(_uid(body, "uid"), "", Kind.STARTED if started else Kind.ENDED, at, content={"meeting": text(body.get("title"))})


def video_absence(body: Mapping[str, Any]) -> Fact:
    """Somebody was missing in the video room some minutes after the start."""
    payload = _payload(body)
    host = body.get("triggerEvent") == "AFTER_HOSTS_CAL_VIDEO_NO_SHOW"
    content = {"host": text(payload.get("hostEmail"))} if host else {}
    return Fact(_uid(payload, "bookingUid"), "", Kind.HOST_ABSENT if host else Kind.GUEST_ABSENT, _said_at(body), content=content)


def recording(body: Mapping[str, Any]) -> Fact:
    """A recording or transcript is ready; its link is a bearer secret and stays in the raw body."""
    ready = body.get("triggerEvent") == "RECORDING_READY"
    return Fact(_uid(_payload(body), "uid"), "", Kind.RECORDED if ready else Kind.TRANSCRIBED, _said_at(body))


def instant_meeting(body: Mapping[str, Any]) -> Fact:
    """Somebody asked to talk at once; the link to join stays in the raw body."""
    payload = _payload(body)
    return Fact(_uid(payload, "uid"), "", Kind.INSTANT, _said_at(body), content={"title": text(payload.get("eventTypeTitle"))})


EVIDENCE: dict[str, Callable[[Mapping[str, Any]], Fact]] = {
    "BOOKING_NO_SHOW_UPDATED": attendance,
    "MEETING_STARTED": meeting,
    "MEETING_ENDED": meeting,
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": video_absence,
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": video_absence,
    "RECORDING_READY": recording,
    "RECORDING_TRANSCRIPTION_GENERATED": recording,
    "INSTANT_MEETING": instant_meeting,
}
"""Trigger → the one fact it states."""


def _payload(body: Mapping[str, Any]) -> Mapping[str, Any]:
    payload = body.get("payload")
    if not isinstance(payload, dict):
        raise NotUnderstood("payload: missing")
    return payload


def _uid(found: Mapping[str, Any], name: str) -> str:
    uid = found.get(name)
    if not isinstance(uid, str) or not re.fullmatch(UID, uid):
        raise NotUnderstood(f"{name}: missing or not a uid")
    return uid


def _said_at(body: Mapping[str, Any]) -> datetime:
    return instant(text(body.get("createdAt")), "createdAt")
