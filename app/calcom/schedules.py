"""Working hours at Cal.com.

https://cal.com/docs/api-reference/v2/schedules/get-all-schedules
"""

from collections.abc import Sequence

from app.calcom import read_catalogue as read
from app.calcom.calling import Caller
from app.calcom.protocol import Call, filled, segment
from app.calcom.types import Override, Schedule, WorkingHours


class Schedules:
    """What can be done with schedules."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self) -> tuple[Schedule, ...]:
        """All schedules of the account. Names are not unique."""
        return read.schedules(self._caller.read(Call("list schedules", "GET", "/schedules")))

    def default(self) -> Schedule:
        """The one that event types without a schedule follow. Raises `NotFound` when there is none."""
        return read.schedule(self._caller.read(Call("read the default schedule", "GET", "/schedules/default")))

    def get(self, schedule_id: int) -> Schedule:
        """One schedule. Raises `NotFound`."""
        return read.schedule(self._caller.read(Call("read a schedule", "GET", f"/schedules/{segment(schedule_id)}")))

    def create(
        self,
        *,
        name: str,
        time_zone: str,
        default: bool = False,
        hours: Sequence[WorkingHours] = (),
        overrides: Sequence[Override] = (),
    ) -> Schedule:
        """A new schedule. Without hours Cal.com takes Monday to Friday, nine to five."""
        body = {"name": name, "timeZone": time_zone, "isDefault": default} | filled(availability=_hours(hours), overrides=_overrides(overrides))
        call = Call("make a schedule", "POST", "/schedules", body=body)
        return self._caller.write_once(call, read.schedule)

    def update(
        self,
        schedule_id: int,
        *,
        name: str | None = None,
        time_zone: str | None = None,
        default: bool | None = None,
        hours: Sequence[WorkingHours] | None = None,
        overrides: Sequence[Override] | None = None,
    ) -> Schedule:
        """The schedule with these changes; hours and overrides replace all there were."""
        body = filled(name=name, timeZone=time_zone, isDefault=default)
        if hours is not None:
            body["availability"] = _hours(hours)
        if overrides is not None:
            body["overrides"] = _overrides(overrides)
        call = Call("change a schedule", "PATCH", f"/schedules/{segment(schedule_id)}", body=body)
        return self._caller.write_again(call, read.schedule)

    def delete(self, schedule_id: int) -> None:
        """Removes a schedule; one that is gone already raises `NotFound`."""
        self._caller.delete(Call("delete a schedule", "DELETE", f"/schedules/{segment(schedule_id)}"))


def _hours(hours: Sequence[WorkingHours]) -> list[dict[str, object]]:
    return [{"days": list(row.days), "startTime": row.start, "endTime": row.end} for row in hours]


def _overrides(overrides: Sequence[Override]) -> list[dict[str, str]]:
    return [{"date": row.day.isoformat(), "startTime": row.start, "endTime": row.end} for row in overrides]
