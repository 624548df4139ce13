"""Free times, and holding one while somebody fills in the form.

https://cal.com/docs/api-reference/v2/slots/get-available-time-slots-for-an-event-type
"""

from datetime import datetime

from app.calcom import read_slots as read
from app.calcom.calling import Caller, Lost
from app.calcom.errors import Away, NotFound
from app.calcom.protocol import Call, filled, instant, query, segment
from app.calcom.types import Hold
from app.calcom.types import Slots as FreeTimes


class Slots:
    """What can be asked about free times."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def free(
        self,
        *,
        event_type_id: int,
        start: datetime,
        end: datetime,
        time_zone: str = "UTC",
        duration: int | None = None,
        moving_uid: str = "",
    ) -> FreeTimes:
        """Free times from `start` to `end`, by day in `time_zone`; empty when there are none.

        `duration` only for event types with several lengths; `moving_uid` is the booking that is being moved, whose own time counts as free.
        """
        where = query(
            eventTypeId=event_type_id,
            start=start,
            end=end,
            timeZone=time_zone,
            duration=duration,
            format="range",
            bookingUidToReschedule=moving_uid,
        )
        return read.free(self._caller.read(Call("read free times", "GET", "/slots", where)))

    def hold(self, *, event_type_id: int, start: datetime, duration: int | None = None) -> Hold:
        """The time kept free for some minutes. Raises `Refused` (reason TAKEN) when somebody was faster.

        A hold whose answer got lost runs out by itself: `Away`.
        """
        body = {"eventTypeId": event_type_id, "slotStart": instant(start)} | filled(slotDuration=duration)
        try:
            return self._caller.write(Call("hold a time", "POST", "/slots/reservations", body=body), read.hold)
        except Lost as lost:
            raise Away("Cal.com gave no proper answer when asked to hold a time.", status=lost.status) from None

    def let_go(self, uid: str) -> None:
        """Gives a held time back, as one does after booking it; a hold that is gone already is fine."""
        try:
            self._caller.write(Call("let a held time go", "DELETE", f"/slots/reservations/{segment(uid)}"), lambda _: None)
        except NotFound:
            return
        except Lost as lost:
            raise Away("Cal.com gave no proper answer when asked to let a held time go.", status=lost.status) from None
