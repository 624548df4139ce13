"""One event type in the file: everything that Cal.com's API can set, under Cal.com's own names."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from app.calcom.types import LANGUAGES
from app.config_as_code.form_schema import Location, Question
from app.config_as_code.part import OFF, Address, Clock, Colour, Count, Day, Email, Line, Moment, Part, Slug, Weekday, Whole, Words
from app.config_as_code.webhook_schema import Webhook

SPOKEN = ("", *LANGUAGES, "sk-SK")


def _language(value: str) -> str:
    if value not in SPOKEN:
        msg = f"must be one of {', '.join(SPOKEN[1:])}, or empty for the booker's own"
        raise ValueError(msg)
    return value


Language = Annotated[str, AfterValidator(_language), Field(json_schema_extra={"enum": list(SPOKEN)})]


def _empty(value: list[Any] | None) -> list[Any] | None:
    if value:
        raise ValueError("may only be [] here: write them at the event types that have some")
    return value


EMPTY = AfterValidator(_empty)
Layout = Literal["month", "week", "column"]
__all__ = ["Clock", "Day", "EventType", "EventTypeDefaults", "Host", "TeamEventType", "Weekday"]


class Counts(Part):
    """At most so many bookings."""

    day: Count | None = None
    week: Count | None = None
    month: Count | None = None
    year: Count | None = None


Quarters = Annotated[int, Field(ge=15, multiple_of=15, description="Minutes, a multiple of 15.")]


class Durations(Part):
    """At most so many minutes of bookings."""

    day: Quarters | None = None
    week: Quarters | None = None
    month: Quarters | None = None
    year: Quarters | None = None


class ActiveLimit(Part):
    """How many bookings one person may have ahead."""

    maximumActiveBookings: Count
    offerReschedule: bool = False


class Window(Part):
    """How far ahead one may book: so many days, or a range of two dates."""

    type: Literal["businessDays", "calendarDays", "range"]
    value: Whole | Annotated[list[Day], Field(min_length=2, max_length=2)]
    rolling: bool | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.type == "range") != isinstance(self.value, list):
            raise ValueError("value is a number of days, or for the type range a list of two dates")
        return self


class Layouts(Part):
    """How the calendar is shown."""

    defaultLayout: Layout
    enabledLayouts: Annotated[list[Layout], Field(min_length=1)]


class Threshold(Part):
    """Less notice than this."""

    unit: Literal["minutes", "hours"]
    count: Count


class Confirmation(Part):
    """The host has to say yes: always, or when there is less notice than `noticeThreshold`."""

    type: Literal["always", "time"]
    noticeThreshold: Threshold | None = None
    blockUnconfirmedBookingsInBooker: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.type == "time") != (self.noticeThreshold is not None):
            raise ValueError("noticeThreshold belongs to the type time, and is needed there")
        return self


class Recurrence(Part):
    """A series."""

    frequency: Literal["weekly", "monthly", "yearly"]
    interval: Count
    occurrences: Count


class Colours(Part):
    """The colour in light and in dark."""

    lightThemeHex: Colour
    darkThemeHex: Colour


class Seats(Part):
    """How many people share one time."""

    seatsPerTimeSlot: Count
    showAttendeeInfo: bool = False
    showAvailabilityCount: bool = False


class DestinationCalendar(Part):
    """Where bookings are written."""

    integration: Annotated[str, Field(description="Such as google_calendar.")]
    externalId: Line


class CalVideo(Part):
    """Of Cal.com's own video rooms."""

    disableRecordingForOrganizer: bool | None = None
    disableRecordingForGuests: bool | None = None
    redirectUrlOnExit: Address | None = None
    enableAutomaticRecordingForOrganizer: bool | None = None
    enableAutomaticTranscription: bool | None = None
    disableTranscriptionForGuests: bool | None = None
    disableTranscriptionForOrganizer: bool | None = None
    sendTranscriptionEmails: bool | None = None


class NoCancelling(Part):
    """Whether bookers may cancel."""

    disabled: bool = False


class NoRescheduling(Part):
    """Whether bookers may move, or from how many minutes before no more."""

    disabled: bool = False
    minutesBefore: Count | None = None


class ReadOnly(Part):
    """What Cal.com's API shows and cannot set: a difference is reported, never written."""

    price: Annotated[int, Field(ge=0, description="In the smallest unit, such as cents.")] | None = None
    currency: Annotated[str, Field(pattern=r"^[a-z]{3}$")] | None = None
    isInstantEvent: bool | None = None
    forwardParamsSuccessRedirect: bool | None = None
    metadata: dict[str, Any] | None = None


class PrivateLink(Part):
    """A way to book for those who are given it: until a moment, or so many times."""

    link: Annotated[
        str | None, Field(pattern=r"^[\w-]{6}$", description="The first six characters of the link's number: enough to tell it apart, too few to use it.")
    ] = None
    expiresAt: Moment | None = None
    maxUsageCount: Count | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.expiresAt is None) == (self.maxUsageCount is None):
            raise ValueError("needs either expiresAt or maxUsageCount: Cal.com shows only one of them again")
        return self


class Common(Part):
    """What any event type may say."""

    description: Words | None = None
    lengthInMinutesOptions: list[Count] | None = None
    hidden: bool | None = None
    locations: list[Location] | None = None
    bookingFields: list[Question] | None = None
    disableGuests: bool | None = None
    slotInterval: Count | None = None
    minimumBookingNotice: Annotated[int, Field(ge=0, description="Minutes.")] | None = None
    beforeEventBuffer: Annotated[int, Field(ge=0, description="Minutes.")] | None = None
    afterEventBuffer: Annotated[int, Field(ge=0, description="Minutes.")] | None = None
    offsetStart: Whole | None = None
    schedule: Annotated[str | int | None, Field(description="The name of a schedule; its number when several have that name.")] = None
    bookingLimitsCount: Annotated[Counts | None, OFF] = None
    bookingLimitsDuration: Annotated[Durations | None, OFF] = None
    bookerActiveBookingsLimit: Annotated[ActiveLimit | None, OFF] = None
    bookingWindow: Annotated[Window | None, OFF] = None
    confirmationPolicy: Annotated[Confirmation | None, OFF] = None
    recurrence: Annotated[Recurrence | None, OFF] = None
    seats: Annotated[Seats | None, OFF] = None
    onlyShowFirstAvailableSlot: bool | None = None
    showOptimizedSlots: bool | None = None
    bookerLayouts: Layouts | None = None
    requiresBookerEmailVerification: bool | None = None
    bookingRequiresAuthentication: bool | None = None
    hideCalendarNotes: bool | None = None
    hideCalendarEventDetails: bool | None = None
    hideOrganizerEmail: bool | None = None
    lockTimeZoneToggleOnBookingPage: bool | None = None
    color: Colours | None = None
    customName: Words | None = None
    interfaceLanguage: Language | None = None
    destinationCalendar: DestinationCalendar | None = None
    useDestinationCalendarEmail: bool | None = None
    successRedirectUrl: Address | None = None
    calVideoSettings: CalVideo | None = None
    disableCancelling: NoCancelling | None = None
    disableRescheduling: NoRescheduling | None = None
    allowReschedulingPastBookings: bool | None = None
    allowReschedulingCancelledBookings: bool | None = None


class EventTypeDefaults(Common):
    """Owned for every event type, unless it says otherwise itself. Of lists of objects only the empty one: none, unless an event type names some."""

    webhooks: Annotated[list[Webhook] | None, EMPTY] = None
    privateLinks: Annotated[list[PrivateLink] | None, EMPTY] = None


class EventType(Common):
    """Something that can be booked; found again by its slug."""

    slug: Slug
    was: Annotated[Slug | None, Field(description="The slug it had before, so that it is renamed and not made anew.")] = None
    title: Line
    lengthInMinutes: Count
    webhooks: list[Webhook] | None = None
    privateLinks: list[PrivateLink] | None = None
    readOnly: ReadOnly | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.lengthInMinutesOptions and self.lengthInMinutes not in self.lengthInMinutesOptions:
            raise ValueError("lengthInMinutesOptions must contain lengthInMinutes")
        slugs = [question.slug for question in self.bookingFields or ()]
        if len(set(slugs)) < len(slugs):
            raise ValueError("bookingFields: each slug may stand there once")
        return self


class Host(Part):
    """Somebody of the team who holds these meetings."""

    email: Email
    mandatory: bool = False
    priority: Literal["lowest", "low", "medium", "high", "highest"] = "medium"


class EmailSettings(Part):
    """Which mails Cal.com leaves out; organisations only."""

    disableEmailsToAttendees: bool = False
    disableEmailsToHosts: bool = False


class TeamEventType(EventType):
    """Something that can be booked with a team."""

    schedulingType: Literal["collective", "roundRobin", "managed"]
    hosts: list[Host] | None = None
    assignAllTeamMembers: bool | None = None
    rescheduleWithSameRoundRobinHost: bool | None = None
    emailSettings: EmailSettings | None = None

    @model_validator(mode="after")
    def _hosts_fit(self) -> Self:
        hosts, turns = self.hosts or [], self.schedulingType == "roundRobin"
        if not turns and any(host.mandatory or host.priority != "medium" for host in hosts):
            raise ValueError("hosts: mandatory and priority belong to the schedulingType roundRobin")
        if self.assignAllTeamMembers and any(not (turns and host.mandatory) for host in hosts):
            raise ValueError("hosts: beside assignAllTeamMembers only those stand that are mandatory in a roundRobin")
        return self
