"""The plain model of which reminders should leave the house and when, fed beside a real site with what Cal.com says."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import Flask

from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db, transaction
from app.outbox import queries as outbox

SECRET = "a-secret-for-the-tests"
STEPS = ("2d", "24h", "1d", "1h", "30m")
LENGTH = timedelta(minutes=30)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
SWITCHES = [datetime(2027, month, day, tzinfo=UTC) for month, day in ((3, 14), (3, 28), (4, 4), (9, 26), (10, 3), (10, 31), (11, 7))]
"""Days on which clocks change somewhere."""


class Life:
    """One booking at Cal.com, or one seat of a class, and the model of its reminders."""

    def __init__(
        self,
        app: Flask,
        moment: Any,
        now: datetime,
        start: datetime,
        zone: str,
        *,
        beside: "Life | None" = None,
        seat: str = "",
        moved_from: "Life | None" = None,
    ) -> None:
        """`beside` another life the tables are not emptied, and uids go on from there unless they share a class.

        With `moved_from` what told of the move is `lost` at first, and only a second delivery about the new time arrives.
        """
        if beside is None:
            with transaction() as session:
                for table in reversed(db.metadata.sorted_tables):
                    session.execute(table.delete())
        self.app, self.moment, self.client = app, moment, app.test_client()
        self.now, self.start, self.zone, self.confirmed = now, start, zone, True
        self.seat, self.email = seat, seat or "ada@example.org"
        self.uids: Iterator[int] = beside.uids if beside else itertools.count(1)
        self.seconds: Iterator[int] = beside.seconds if beside else itertools.count(1)
        self.uid = beside.uid if beside and seat else next(self.uids)
        self.planned: set[tuple[datetime, str]] = set()
        self.sent: dict[tuple[datetime, str], datetime] = {}
        self.moment(self.now)
        self.lost = self.said("BOOKING_RESCHEDULED", old=moved_from.uid) if moved_from else b""
        self.tell("BOOKING_CREATED")

    def tell(self, trigger: str, *, old: int = 0) -> None:
        """Cal.com says something, the site takes it in, and the model follows."""
        self.take(self.said(trigger, old=old))

    def said(self, trigger: str, *, old: int = 0) -> bytes:
        """What Cal.com says now; it may arrive later."""
        payload: dict[str, Any] = {
            "uid": f"uid{self.uid:07d}", "title": "Intro", "type": "intro", "startTime": self.start.isoformat(), "endTime": (self.start + LENGTH).isoformat(),
            "organizer": {"name": "Host", "email": "host@example.com", "timeZone": "Europe/London"},
            "attendees": [{"name": "Ada", "email": self.email, "timeZone": self.zone}],
            "responses": {"email": {"label": "email", "value": self.email}}, "seatsPerTimeSlot": 5 if self.seat else None,
            "attendeeSeatId": f"seat-{self.seat}" if self.seat and trigger != "BOOKING_CANCELLED" else None,
        }  # fmt: skip
        if old:
            payload["rescheduleUid"] = f"uid{old:07d}"
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self.seconds))
        return json.dumps({"triggerEvent": trigger, "createdAt": at.isoformat(), "payload": payload}).encode()

    def take(self, raw: bytes) -> None:
        """It arrives."""
        assert self.client.post("/webhooks/calcom", data=raw, headers={SIGNATURE_HEADER: sign(SECRET, raw)}).status_code == 200
        assert self.app.extensions["works"].process_inbox() == 1
        self.planned = {one for one in self.planned if self.confirmed and one[0] == self.start}
        for name in STEPS if self.confirmed else ():
            if (self.start, name) not in self.sent and self.due(name) > self.now:
                self.planned.add((self.start, name))

    def due(self, name: str) -> datetime:
        """When a reminder is due: hours and minutes as they pass, days by the clock on the wall."""
        amount, unit = int(name[:-1]), name[-1]
        if unit != "d":
            return self.start - timedelta(**{{"h": "hours", "m": "minutes"}[unit]: amount})
        zone = ZoneInfo(self.zone) if self.zone in ZONES else UTC
        local = self.start.astimezone(zone)
        return (datetime.combine(local.date() - timedelta(days=amount), local.time(), tzinfo=zone)).astimezone(UTC)

    def move(self, minutes: int) -> None:
        """Another time, under a new uid."""
        old, self.uid, self.start, self.confirmed = self.uid, next(self.uids), self.start + timedelta(minutes=minutes or 15), True
        self.tell("BOOKING_RESCHEDULED", old=old)

    def pass_to(self, then: datetime) -> None:
        """The clock shows another time (also an earlier one), and the workers look at the outbox."""
        self.now = self.moment(then)
        self.app.extensions["works"].deliver_outbox()
        self.look(self.now)

    def look(self, now: datetime) -> None:
        """What the model makes of a look of the workers at this time."""
        self.now = now
        due = sorted((one for one in self.planned if self.due(one[1]) <= self.now), key=self.place)
        self.planned -= set(due)
        gone = [one for one in self.sent if one[0] == self.start and self.due(one[1]) <= self.now]
        nearest = due[-1:]  # of several that are due together only the nearest to the meeting goes out
        if nearest and self.now < self.start and not any(self.place(one) > self.place(nearest[0]) for one in gone):
            self.sent[nearest[0]] = self.now

    def place(self, one: tuple[datetime, str]) -> tuple[datetime, int]:
        """How near to the meeting a reminder is."""
        return self.due(one[1]), STEPS.index(one[1])

    def check(self, *others: "Life") -> None:
        """The site has sent what the model (of all of these lives together) says, at the time it says, and nothing else."""
        db.session.rollback()
        people = {life.email for life in (self, *others)}
        rows = [row for row in outbox.everything() if row.kind.startswith("reminder") and row.recipient in people]
        went = [((datetime.fromisoformat(row.data["start"]), row.kind.removeprefix("reminder_")), row.sent_at) for row in rows if row.state == "sent"]
        assert sorted(went) == sorted(one for life in (self, *others) for one in life.sent.items())
        assert all(row.why for row in rows if row.state == "cancelled")
        waiting = [((datetime.fromisoformat(row.data["start"]), row.kind.removeprefix("reminder_")), row.due_at) for row in rows if row.state == "planned"]
        assert sorted(waiting) == sorted((one, life.due(one[1])) for life in (self, *others) for one in life.planned)
