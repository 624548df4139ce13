"""The file as a strict model: what may stand in `calcom.yaml`. `flask calcom schema` prints it as JSON Schema for editors."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.config_as_code.event_type_schema import DestinationCalendar, EventType, EventTypeDefaults, TeamEventType
from app.config_as_code.part import Address, Clock, Colour, Day, Email, Line, Part, Slug, Weekday, Words, Zone
from app.config_as_code.webhook_schema import Webhook

Section = Literal["schedules", "eventTypes", "teams", "webhooks"]


class ReadOnlyMe(Part):
    """What the API cannot set of the profile: reported when it differs."""

    username: Line | None = None
    email: Email | None = None


class Me(Part):
    """The profile that the API key belongs to."""

    name: Line | None = None
    bio: Words | None = None
    timeZone: Zone | None = None
    weekStart: Weekday | None = None
    timeFormat: Literal[12, 24] | None = None
    avatarUrl: Address | None = None
    defaultSchedule: Annotated[str | int | None, Field(description="The name of the schedule that counts where an event type names none.")] = None
    destinationCalendar: Annotated[DestinationCalendar | None, Field(description="Where bookings are written when an event type names no other.")] = None
    readOnly: ReadOnlyMe | None = None


class Hours(Part):
    """The same hours on several days of the week."""

    days: Annotated[list[Weekday], Field(min_length=1)]
    startTime: Clock
    endTime: Clock


class OtherDay(Part):
    """Other hours on one date; with equal times the day is off."""

    date: Day
    startTime: Clock
    endTime: Clock


class Schedule(Part):
    """Working hours; found again by name, or by number where several have the name."""

    name: Line
    id: Annotated[int | None, Field(description="Only needed when several schedules at Cal.com have this name.")] = None
    was: Annotated[Line | None, Field(description="The name it had before, so that it is renamed and not made anew.")] = None
    timeZone: Zone
    availability: list[Hours] | None = None
    overrides: list[OtherDay] | None = None


class Member(Part):
    """Somebody in a team or an organisation; they must have an account at Cal.com already."""

    email: Email
    role: Literal["MEMBER", "ADMIN", "OWNER"] = "MEMBER"
    accepted: bool | None = None
    disableImpersonation: Annotated[bool | None, Field(description="Administrators may not sign in as this person.")] = None


class Team(Part):
    """A team; found again by its slug."""

    slug: Slug
    was: Slug | None = None
    name: Line
    bio: Words | None = None
    logoUrl: Address | None = None
    bannerUrl: Address | None = None
    calVideoLogo: Address | None = None
    appLogo: Address | None = None
    appIconLogo: Address | None = None
    timeFormat: Literal[12, 24] | None = None
    timeZone: Zone | None = None
    weekStart: Weekday | None = None
    brandColor: Colour | None = None
    darkBrandColor: Colour | None = None
    theme: Words | None = None
    isPrivate: bool | None = None
    hideBranding: bool | None = None
    hideBookATeamMember: bool | None = None
    members: list[Member] | None = None
    eventTypes: list[TeamEventType] | None = None


class Organisation(Part):
    """What belongs to the organisation of the account, which it has to lead. Each list that stands here is owned as a whole."""

    members: list[Member] | None = None
    teams: list[Team] | None = None
    webhooks: list[Webhook] | None = None


class Unlisted(Part):
    """What happens to objects at Cal.com that the file does not list: `delete` (the file owns the whole list) or `keep`."""

    schedules: Literal["delete", "keep"] = "delete"
    eventTypes: Literal["delete", "keep"] = "delete"
    teams: Literal["delete", "keep"] = "delete"
    webhooks: Literal["delete", "keep"] = "delete"


class ConfigFile(Part):
    """A file. A list that stands here is owned as a whole; a list that does not is never looked at."""

    include: Annotated[list[Line] | None, Field(description="Further files, from the folder of this one; * stands for any name.")] = None
    unlisted: Unlisted | None = None
    me: Me | None = None
    schedules: list[Schedule] | None = None
    eventTypeDefaults: EventTypeDefaults | None = None
    eventTypes: list[EventType] | None = None
    teams: list[Team] | None = None
    organisation: Organisation | None = None
    webhooks: list[Webhook] | None = None

    @model_validator(mode="after")
    def _lists_are_lists(self) -> Self:
        for name in self.model_fields_set & {"schedules", "eventTypes", "teams", "webhooks", "me"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} is empty: write {name}: [] to own an empty list, or leave the key out to own nothing of it")
        return self


def json_schema() -> dict[str, Any]:
    """The file for editors."""
    found = ConfigFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Frontdesk: a Cal.com account as code", **found}
