"""What is wrong with the site itself, on top of every admin page for as long as it lasts."""

from datetime import datetime
from typing import NamedTuple

from app.alarms.watch import current
from app.notifications.admin_alarm import SAID, Cause, line


class Notice(NamedTuple):
    """One cause in words."""

    heading: str
    line: str
    url: str
    since: datetime


def notices(*, zone: str) -> list[Notice]:
    """Everything that is wrong now, the oldest first."""
    found = []
    for alarm in current():
        said = SAID[Cause(alarm.cause)]
        found.append(Notice(said.heading, line(said, alarm.values, zone=zone), said.path, alarm.since))
    return found
