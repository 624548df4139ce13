"""The calendar that receives what is booked, where an event type names no other.

https://cal.com/docs/api-reference/v2/destination-calendars/update-destination-calendars
"""

from app.calcom import read_account as read
from app.calcom.account import DestinationCalendar
from app.calcom.calling import Caller
from app.calcom.protocol import Call


class Calendars:
    """What can be done with calendars. Connecting one takes a person in a browser."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def destination(self) -> DestinationCalendar | None:
        """Where bookings are written; None while no calendar is connected."""
        return read.destination(self._caller.read(Call("read the calendars", "GET", "/calendars")))

    def write_to(self, integration: str, external_id: str) -> None:
        """Bookings are written to this calendar from now on; it has to be connected already."""
        body = {"integration": integration, "externalId": external_id}
        self._caller.write_again(Call("choose a calendar", "PUT", "/destination-calendars", body=body), lambda _: None)
