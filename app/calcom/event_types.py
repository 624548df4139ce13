"""What can be booked.

https://cal.com/docs/api-reference/v2/event-types/get-all-event-types
"""

from collections.abc import Mapping
from typing import Any

from app.calcom import read_catalogue as read
from app.calcom.calling import Caller, Lost
from app.calcom.errors import Refused, Unsure
from app.calcom.protocol import Call, query, segment
from app.calcom.types import EventType

WRITABLE = frozenset(
    {
        "afterEventBuffer",
        "allowReschedulingCancelledBookings",
        "allowReschedulingPastBookings",
        "beforeEventBuffer",
        "bookerActiveBookingsLimit",
        "bookerLayouts",
        "bookingFields",
        "bookingLimitsCount",
        "bookingLimitsDuration",
        "bookingRequiresAuthentication",
        "bookingWindow",
        "calVideoSettings",
        "color",
        "confirmationPolicy",
        "customName",
        "description",
        "destinationCalendar",
        "disableCancelling",
        "disableGuests",
        "disableRescheduling",
        "hidden",
        "hideCalendarEventDetails",
        "hideCalendarNotes",
        "hideOrganizerEmail",
        "interfaceLanguage",
        "lengthInMinutes",
        "lengthInMinutesOptions",
        "locations",
        "lockTimeZoneToggleOnBookingPage",
        "minimumBookingNotice",
        "offsetStart",
        "onlyShowFirstAvailableSlot",
        "recurrence",
        "requiresBookerEmailVerification",
        "scheduleId",
        "seats",
        "showOptimizedSlots",
        "slotInterval",
        "slug",
        "successRedirectUrl",
        "title",
        "useDestinationCalendarEmail",
    }
)
TEAM_WRITABLE = WRITABLE | {"assignAllTeamMembers", "emailSettings", "hosts", "rescheduleWithSameRoundRobinHost", "schedulingType"}
"""Cal.com drops a property that it does not know without a word, so we refuse it ourselves. Price, currency and metadata cannot be written."""


class EventTypes:
    """What can be done with event types. Team types need the team's id, and that of the organisation it is in."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def mine(self) -> tuple[EventType, ...]:
        """The account's own, hidden ones included; team types are in `of_team`."""
        return read.event_types(self._caller.read(Call("list event types", "GET", "/event-types")))

    def of(self, username: str) -> tuple[EventType, ...]:
        """The public ones of a person; nothing for an unknown name."""
        return read.event_types(self._caller.read(Call("list event types", "GET", "/event-types", query(username=username))))

    def of_team(self, team_id: int, *, organisation_id: int | None = None) -> tuple[EventType, ...]:
        """Those of a team, hidden ones included."""
        return read.event_types(self._caller.read(Call("list event types of a team", "GET", _root(team_id, organisation_id))))

    def get(self, event_type_id: int, *, team_id: int | None = None, organisation_id: int | None = None) -> EventType:
        """One event type. Raises `NotFound`, also when it belongs to somebody else."""
        return read.event_type(self._caller.read(Call("read an event type", "GET", f"{_root(team_id, organisation_id)}/{segment(event_type_id)}")))

    def create(self, fields: Mapping[str, Any], *, team_id: int | None = None, organisation_id: int | None = None) -> EventType:
        """A new event type from Cal.com's own fields. Its slug must be free.

        Cal.com writes it in two steps; after `Unsure` or a failure look whether a half of it stands there.
        """
        _require_writable(fields, team_id)
        try:
            return self._caller.write(Call("make an event type", "POST", _root(team_id, organisation_id), body=dict(fields)), read.event_type)
        except Lost as lost:
            known = self._caller.settle(lost, lambda: tuple(row for row in self._all(team_id, organisation_id) if row.slug == fields.get("slug")))
            if known:
                return known[0]
            raise Unsure("Cal.com gave no proper answer when asked to make an event type; whether it did is not known yet.", status=lost.status) from None

    def update(self, event_type_id: int, fields: Mapping[str, Any], *, team_id: int | None = None, organisation_id: int | None = None) -> EventType:
        """The event type with these fields changed; lists (questions, places) replace what there was."""
        _require_writable(fields, team_id)
        call = Call("change an event type", "PATCH", f"{_root(team_id, organisation_id)}/{segment(event_type_id)}", body=dict(fields))
        return self._caller.write_again(call, read.event_type)

    def delete(self, event_type_id: int, *, team_id: int | None = None, organisation_id: int | None = None) -> None:
        """Removes an event type; one that is gone already raises `NotFound`."""
        self._caller.delete(Call("delete an event type", "DELETE", f"{_root(team_id, organisation_id)}/{segment(event_type_id)}"))

    def _all(self, team_id: int | None, organisation_id: int | None) -> tuple[EventType, ...]:
        return self.mine() if team_id is None else self.of_team(team_id, organisation_id=organisation_id)


def _root(team_id: int | None, organisation_id: int | None = None) -> str:
    if team_id is None:
        return "/event-types"
    above = "" if organisation_id is None else f"/organizations/{segment(organisation_id)}"
    return f"{above}/teams/{segment(team_id)}/event-types"


def _require_writable(fields: Mapping[str, Any], team_id: int | None) -> None:
    unknown = sorted(set(fields) - (WRITABLE if team_id is None else TEAM_WRITABLE))
    if unknown:
        names = ", ".join(unknown)
        raise Refused(f"Cal.com's API cannot write {names} of an event type.", fields=dict.fromkeys(unknown, "cannot be written by the API"))
