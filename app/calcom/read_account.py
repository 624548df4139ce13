"""Accounts, teams, webhooks and private links in Cal.com's answers, turned into values."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.calcom.account import DestinationCalendar, Me, Member, PrivateLink, Team, Webhook
from app.calcom.calling import Answer
from app.calcom.errors import Away, Refused
from app.calcom.read_value import mapping, moment, rows, text, texts, truth, whole


def me(answer: Answer) -> Me:
    """Whose key it is."""
    row = mapping(answer.data)
    number = whole(row.get("id"))
    if number is None:
        raise Away("Cal.com answered with a profile that cannot be understood.")
    return Me(
        id=number,
        username=text(row.get("username")),
        email=text(row.get("email")),
        name=text(row.get("name")),
        time_zone=text(row.get("timeZone")) or "UTC",
        week_start=text(row.get("weekStart")),
        time_format=whole(row.get("timeFormat")),
        default_schedule_id=whole(row.get("defaultScheduleId")),
        organisation_id=whole(row.get("organizationId")),
        bio=text(row.get("bio")),
        avatar_url=text(row.get("avatarUrl")),
    )


def teams(answer: Answer) -> Iterator[Team]:
    """Teams; most of what Cal.com lists of them is null in practice."""
    for row in rows(answer.data):
        number = whole(row.get("id"))
        if number is not None:
            yield Team(
                id=number,
                name=text(row.get("name")),
                slug=text(row.get("slug")),
                parent_id=whole(row.get("parentId")),
                organisation=truth(row.get("isOrganization")),
                time_zone=text(row.get("timeZone")),
                raw=row,
            )


def team(answer: Answer) -> Team:
    """One team; a team that has to be paid for first is answered with the way to pay, and is none yet."""
    found = next(teams(answer), None)
    if found is None:
        raise Refused("Cal.com wants to be paid before it makes a team: make it in Cal.com's own pages, then adopt it.")
    return found


def member(answer: Answer) -> Member:
    """One membership."""
    found = next(members(answer), None)
    if found is None:
        raise Away("Cal.com answered with a membership that cannot be understood.")
    return found


def members(answer: Answer) -> Iterator[Member]:
    """Memberships; a list, although Cal.com's document says that it is one object."""
    for row in rows(answer.data):
        person = mapping(row.get("user"))
        if (number := whole(row.get("userId"))) is not None:
            yield _member(row, person, number, membership_id=whole(row.get("id")))


def users(answer: Answer) -> Iterator[Member]:
    """The people of an organisation, under the name they have there."""
    for row in rows(answer.data):
        if (number := whole(row.get("id"))) is not None:
            yield _member(row, {**row, "username": mapping(row.get("profile")).get("username") or row.get("username")}, number, membership_id=None)


def _member(row: Mapping[str, Any], person: Mapping[str, Any], number: int, *, membership_id: int | None) -> Member:
    return Member(
        user_id=number,
        membership_id=membership_id,
        role=text(row.get("role")),
        accepted=row.get("accepted") is not False,
        name=text(person.get("name")),
        email=text(person.get("email")),
        username=text(person.get("username")),
        time_zone=text(person.get("timeZone")),
        no_impersonation=truth(row.get("disableImpersonation")),
    )


def webhooks(answer: Answer) -> Iterator[Webhook]:
    """Subscriptions."""
    for row in rows(answer.data):
        if text(row.get("id")) and text(row.get("subscriberUrl")):
            yield _webhook(row)


def webhook(answer: Answer) -> Webhook:
    """One subscription."""
    found = next(webhooks(answer), None)
    if found is None:
        raise Away("Cal.com answered with a webhook that cannot be understood.")
    return found


def _webhook(row: Mapping[str, Any]) -> Webhook:
    return Webhook(
        id=text(row.get("id")),
        url=text(row.get("subscriberUrl")),
        triggers=texts(row.get("triggers")),
        active=truth(row.get("active")),
        secret=text(row.get("secret")),
        template=text(row.get("payloadTemplate")),
        version=text(row.get("version")),
    )


def private_links(answer: Answer) -> Iterator[PrivateLink]:
    """Private links: either with an end, or with a number of uses."""
    for row in rows(answer.data):
        if number := text(row.get("linkId")):
            ends = moment(row.get("expiresAt"))
            yield PrivateLink(
                id=number,
                expires_at=ends,
                most_uses=None if ends else whole(row.get("maxUsageCount")) or 1,
                uses=whole(row.get("usageCount")) or 0,
                expired=truth(row.get("isExpired")),
            )


def private_link(answer: Answer) -> PrivateLink:
    """One private link."""
    found = next(private_links(answer), None)
    if found is None:
        raise Away("Cal.com answered with a private link that cannot be understood.")
    return found


def destination(answer: Answer) -> DestinationCalendar | None:
    """The calendar that receives what is booked; None while none is connected."""
    row = mapping(mapping(answer.data).get("destinationCalendar"))
    integration, external = text(row.get("integration")), text(row.get("externalId"))
    return DestinationCalendar(integration=integration, external_id=external) if integration and external else None
