"""What there is in an account, and the words for it: kinds, the sections of the file, and how each property behaves.

Names of properties are Cal.com's own, so that its documentation is the documentation of the file. Where Cal.com takes a number of
its own (`scheduleId`, `userId`) the file has a name (`schedule`, `email`), since numbers differ from account to account.
"""

from enum import StrEnum
from typing import Any

from app.calcom.event_types import TEAM_WRITABLE, WRITABLE
from app.calcom.teams import WRITABLE as WRITABLE_OF_TEAM

Fields = dict[str, Any]


class Kind(StrEnum):
    """What can be described in the file."""

    ME = "me"
    SCHEDULE = "schedule"
    TEAM = "team"
    MEMBERSHIP = "membership"
    EVENT_TYPE = "event_type"
    TEAM_EVENT_TYPE = "team_event_type"
    WEBHOOK = "webhook"
    PRIVATE_LINK = "private_link"


ORDER = (Kind.SCHEDULE, Kind.TEAM, Kind.MEMBERSHIP, Kind.EVENT_TYPE, Kind.TEAM_EVENT_TYPE, Kind.ME, Kind.WEBHOOK, Kind.PRIVATE_LINK)
"""What is made first; deleted is in the reverse order, after everything that may still refer to it."""

WORDS = {
    Kind.ME: "profile",
    Kind.SCHEDULE: "schedule",
    Kind.TEAM: "team",
    Kind.MEMBERSHIP: "team member",
    Kind.EVENT_TYPE: "event type",
    Kind.TEAM_EVENT_TYPE: "team event type",
    Kind.WEBHOOK: "webhook",
    Kind.PRIVATE_LINK: "private link",
}

SECTIONS = {"schedules": Kind.SCHEDULE, "eventTypes": Kind.EVENT_TYPE, "teams": Kind.TEAM, "webhooks": Kind.WEBHOOK}
"""The lists of the file."""
ORGANISATION = "organisation"
"""The block of what belongs to the organisation of the account; what is in it is called `organisation/…`."""
INNER_SECTIONS = {
    Kind.TEAM: "teams",
    Kind.MEMBERSHIP: "members",
    Kind.TEAM_EVENT_TYPE: "eventTypes",
    Kind.WEBHOOK: "webhooks",
    Kind.PRIVATE_LINK: "privateLinks",
}
"""Lists that stand inside something: an organisation, a team, an event type. They are owned as a whole."""

KEYS = {"schedules": "name", "eventTypes": "slug", "teams": "slug", "webhooks": "subscriberUrl", "members": "email", "privateLinks": "link"}
"""By which property each is found again: the natural key."""

ME = ("name", "bio", "timeZone", "weekStart", "timeFormat", "avatarUrl", "defaultSchedule", "destinationCalendar")
ME_READ_ONLY = ("username", "email")
SCHEDULE = ("name", "timeZone", "availability", "overrides")
TEAM = tuple(sorted(WRITABLE_OF_TEAM))
MEMBERSHIP = ("role", "accepted", "disableImpersonation")
PRIVATE_LINK = ("expiresAt", "maxUsageCount")
WEBHOOK = ("subscriberUrl", "triggers", "active", "payloadTemplate", "version", "secret")
EVENT_TYPE = tuple(sorted((WRITABLE - {"scheduleId"}) | {"schedule"}))
TEAM_EVENT_TYPE = tuple(sorted((TEAM_WRITABLE - {"scheduleId"}) | {"schedule"}))
EVENT_TYPE_READ_ONLY = ("price", "currency", "isInstantEvent", "forwardParamsSuccessRedirect", "metadata")
"""Cal.com shows these and its API cannot set them: the file may say what they should be, and then a difference is reported."""

PROPERTIES = {
    Kind.ME: ME,
    Kind.SCHEDULE: SCHEDULE,
    Kind.TEAM: TEAM,
    Kind.MEMBERSHIP: MEMBERSHIP,
    Kind.EVENT_TYPE: EVENT_TYPE,
    Kind.TEAM_EVENT_TYPE: TEAM_EVENT_TYPE,
    Kind.WEBHOOK: WEBHOOK,
    Kind.PRIVATE_LINK: PRIVATE_LINK,
}

SWITCHED_OFF = frozenset(
    {"bookingLimitsCount", "bookingLimitsDuration", "bookerActiveBookingsLimit", "bookingWindow", "confirmationPolicy", "recurrence", "seats"}
)
"""Settings that `{"disabled": true}` switches off; absent, null and disabled are the same."""
REVERSED = frozenset({"disableCancelling", "disableRescheduling"})
"""Settings in which `disabled: true` is the point and not the lack of one."""
CANNOT_BE_EMPTIED = frozenset(
    {
        "appIconLogo",
        "appLogo",
        "avatarUrl",
        "bannerUrl",
        "bookerLayouts",
        "brandColor",
        "calVideoLogo",
        "calVideoSettings",
        "color",
        "darkBrandColor",
        "defaultSchedule",
        "destinationCalendar",
        "lengthInMinutesOptions",
        "logoUrl",
        "schedule",
        "slotInterval",
        "successRedirectUrl",
        "timeFormat",
        "timeZone",
        "weekStart",
    }
)
"""Once set, Cal.com's API has no way to say "nothing" here: null counts as absent. A wish for nothing is only reported."""
NUMBERS = frozenset({"afterEventBuffer", "beforeEventBuffer", "minimumBookingNotice", "offsetStart"})
TEXTS = frozenset({"bio", "customName", "description", "payloadTemplate", "theme"})
SWITCHES = frozenset(
    {
        "accepted",
        "allowReschedulingCancelledBookings",
        "allowReschedulingPastBookings",
        "assignAllTeamMembers",
        "bookingRequiresAuthentication",
        "disableGuests",
        "disableImpersonation",
        "hidden",
        "hideBookATeamMember",
        "hideBranding",
        "hideCalendarEventDetails",
        "hideCalendarNotes",
        "hideOrganizerEmail",
        "isPrivate",
        "lockTimeZoneToggleOnBookingPage",
        "onlyShowFirstAvailableSlot",
        "requiresBookerEmailVerification",
        "rescheduleWithSameRoundRobinHost",
        "showOptimizedSlots",
        "useDestinationCalendarEmail",
    }
)
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
