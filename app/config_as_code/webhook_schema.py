"""A subscription to deliveries in the file, wherever it stands."""

from typing import Annotated, Literal

from pydantic import Field

from app.config_as_code.part import Address, Part, Words

Trigger = Literal[
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_NO_SHOW_UPDATED",
    "MEETING_STARTED",
    "MEETING_ENDED",
    "RECORDING_READY",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "INSTANT_MEETING",
    "OOO_CREATED",
    "FORM_SUBMITTED",
    "FORM_SUBMITTED_NO_EVENT",
    "ROUTING_FORM_FALLBACK_HIT",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "DELEGATION_CREDENTIAL_ERROR",
    "WRONG_ASSIGNMENT_REPORT",
]


class Webhook(Part):
    """A subscription to deliveries; found again by its address."""

    subscriberUrl: Annotated[Address, Field(description="${SITE_URL} stands for the address of this site.")]
    id: Annotated[str | int | None, Field(description="Only needed when several webhooks of an event type have this address.")] = None
    was: Address | None = None
    triggers: Annotated[list[Trigger], Field(min_length=1)]
    active: bool = True
    payloadTemplate: Words | None = None
    version: Literal["2021-10-20", "2026-07-27"] | None = None
    secret: Annotated[str | None, Field(pattern=r"^CALCOM_WEBHOOK_SECRET(_[A-Z0-9_]+)?$", description="The NAME of the setting that holds the secret.")] = None
