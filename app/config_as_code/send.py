"""One change as requests to Cal.com, and the object as it is afterwards. Names become numbers here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.calcom.account import ACCOUNT, Home
from app.calcom.client import Client
from app.calcom.errors import NotFound, Refused
from app.calcom.types import Override, WorkingHours
from app.config_as_code import hooks, links, questions
from app.config_as_code.account import Reader
from app.config_as_code.found import Found
from app.config_as_code.kinds import NUMBERS, REVERSED, SWITCHED_OFF, TEXTS, WORDS, Fields, Kind
from app.config_as_code.pairs import NAMELESS
from app.config_as_code.plan import Change, can_be_told
from app.config_as_code.surroundings import Surroundings
from app.config_as_code.wishes import Wish

MAILS = ("disableEmailsToAttendees", "disableEmailsToHosts")


class Sender:
    """Carries out single changes. One per apply, since it remembers what it has read."""

    def __init__(self, client: Client, around: Surroundings, people: Mapping[str, int]) -> None:
        self._client = client
        self._around = around
        self._reader = Reader(client, around)
        self._reader.people |= people

    def create(self, change: Change) -> None:
        """Makes the object, as far as one request can."""
        fields = {name: value for name, value in change.wanted.items() if can_be_told(name, value)}
        home, client = self._home(change), self._client
        match change.kind:
            case Kind.SCHEDULE:
                client.schedules.create(**_hours(fields))
            case Kind.TEAM:
                client.teams.create({**_team_body(fields), "slug": _name(change)}, organisation_id=home.organisation)
            case Kind.MEMBERSHIP:
                client.teams.add(home.team, self._number_of(_name(change)), **_member(fields), organisation_id=home.organisation)
            case Kind.WEBHOOK:
                hooks.create(client, self._around, home, fields)
            case Kind.PRIVATE_LINK:
                links.create(client, home, change.wanted)
            case _:
                client.event_types.create(self._event_type(fields, change), team_id=home.team, organisation_id=home.organisation)

    def update(self, change: Change, number: int | str | None, fields: Fields) -> None:
        """Sets these properties of an object that is there."""
        home, client = self._home(change), self._client
        match change.kind:
            case Kind.ME:
                self._change_me(fields)
            case Kind.SCHEDULE:
                client.schedules.update(_number(number), **_hours(fields))
            case Kind.TEAM:
                client.teams.update(_number(number), _team_body(fields), organisation_id=home.organisation)
            case Kind.MEMBERSHIP:
                client.teams.change(home.team, _number(number), **_member(fields), organisation_id=home.organisation)
            case Kind.WEBHOOK:
                hooks.update(client, self._around, home, str(number), fields)
            case Kind.PRIVATE_LINK:
                links.update(client, home, str(number), change.wanted)
            case _:
                client.event_types.update(_number(number), self._event_type(fields, change), team_id=home.team, organisation_id=home.organisation)

    def delete(self, change: Change) -> None:
        """Takes the object away. One that is gone already is no failure: somebody was faster."""
        home, client = self._home(change), self._client
        try:
            match change.kind:
                case Kind.SCHEDULE:
                    client.schedules.delete(_number(change.id))
                case Kind.TEAM:
                    client.teams.delete(_number(change.id), organisation_id=home.organisation)
                case Kind.MEMBERSHIP:
                    client.teams.remove(home.team, _number(change.id), organisation_id=home.organisation)
                case Kind.WEBHOOK:
                    client.webhooks.delete(str(change.id), home)
                case Kind.PRIVATE_LINK:
                    client.private_links.delete(home, str(change.id))
                case _:
                    client.event_types.delete(_number(change.id), team_id=home.team, organisation_id=home.organisation)
        except NotFound:
            return

    def find(self, change: Change) -> Found | None:
        """The object as it is now: by its number, else by its key; None when there is none."""
        rows = self._read(change)
        by_number = [each for each in rows if change.id is not None and each.id == change.id]
        wish = change.place.wish
        if change.kind in NAMELESS:
            by_name = [each for each in rows if each.fields == change.wanted][-1:] if change.id is None else []
        else:
            by_name = [each for each in rows if wish is not None and each.name == wish.name]
        return next(iter(by_number or by_name), None)

    def _read(self, change: Change) -> list[Found]:
        if change.kind == Kind.ME:
            return [self._reader.me(calendar="destinationCalendar" in change.wanted)]
        if change.kind == Kind.EVENT_TYPE and change.id is not None:
            try:
                return [self._reader.event_type(self._client.event_types.get(_number(change.id)))]
            except NotFound:
                return []
        return self._reader.all(change.kind, self._home(change))

    def _home(self, change: Change) -> Home:
        """Where the object is; what it is in may have been made a moment ago."""
        if change.place.home is not None:
            return change.place.home
        return self._home_of(change.place.wish) if change.place.wish else ACCOUNT

    def _home_of(self, wish: Wish) -> Home:
        if wish.inside is None:
            raise Refused(f"{wish.key} is nowhere at Cal.com.")
        owner = wish.inside
        around = ACCOUNT if not owner.organisation and owner.inside is None else self._organisation() if owner.organisation else self._home_of(owner)
        there = next((each for each in self._reader.all(owner.kind, around) if each.name in {owner.name, owner.was}), None)
        if there is None:
            raise Refused(f"There is no {WORDS[owner.kind]} {owner.key} at Cal.com.")
        return there.inner

    def _organisation(self) -> Home:
        return Home(organisation=self._client.people.me().organisation_id)

    def _change_me(self, fields: Fields) -> None:
        body = dict(fields)
        calendar = body.pop("destinationCalendar", None)
        if "defaultSchedule" in body:
            body["defaultScheduleId"] = self._schedule_id(body.pop("defaultSchedule"))
        if body:
            self._client.people.change_me(body)
        if calendar:
            self._client.calendars.write_to(calendar["integration"], calendar["externalId"])

    def _event_type(self, fields: Fields, change: Change) -> Fields:
        body = {name: spelled(name, value) for name, value in fields.items() if name not in {"schedule", "bookingFields", "hosts"}}
        if fields.get("schedule") is not None:
            body["scheduleId"] = self._schedule_id(fields["schedule"])
        if "bookingFields" in fields:
            body["bookingFields"] = questions.body(fields["bookingFields"])
        if "hosts" in fields:
            body["hosts"] = [
                {"userId": self._number_of(host["email"])} | {name: value for name, value in host.items() if name != "email"}
                for host in fields["hosts"]
            ]  # fmt: skip
            if change.wanted.get("assignAllTeamMembers"):
                body["assignAllTeamMembers"] = True
        return body

    def _schedule_id(self, named: str | int) -> int:
        fitting = self._reader.numbers_of(named)
        if len(fitting) != 1:
            how_many = "no schedule" if not fitting else f"{len(fitting)} schedules"
            raise Refused(f"Cal.com has {how_many} with the name {named}: say which one is meant by its number.")
        return fitting[0]

    def _number_of(self, email: str) -> int:
        if email not in self._reader.people:
            raise Refused(f"Nobody with the address {email} is known to this account: invite them in Cal.com first, then apply again.")
        return self._reader.people[email]


def spelled(name: str, value: Any) -> Any:
    """A property of an event type in the words in which Cal.com takes it."""
    if name == "emailSettings":
        return {each: bool((value or {}).get(each)) for each in MAILS}
    if value is None and name in SWITCHED_OFF:
        return {"disabled": True}
    if value is None and name in REVERSED:
        return {"disabled": False}
    if name in REVERSED:
        return {"disabled": False, **value}
    if value is None:
        return 0 if name in NUMBERS else ""
    return value


def _team_body(fields: Fields) -> Fields:
    return {name: "" if value is None and name in TEXTS else value for name, value in fields.items() if value is not None or name in TEXTS}


def _number(value: int | str | None) -> int:
    if value is None:
        raise NotFound("Cal.com gave this object no number.")
    return int(value)


def _name(change: Change) -> str:
    return change.place.wish.name if change.place.wish else ""


def _member(fields: Fields) -> dict[str, Any]:
    found = {own: fields[name] for name, own in (("role", "role"), ("accepted", "accepted")) if name in fields}
    return found | ({"no_impersonation": fields["disableImpersonation"]} if "disableImpersonation" in fields else {})


def _hours(fields: Fields) -> dict[str, Any]:
    found = {own: fields[name] for name, own in (("name", "name"), ("timeZone", "time_zone")) if name in fields}
    if "availability" in fields:
        found["hours"] = [WorkingHours(days=tuple(row["days"]), start=row["startTime"], end=row["endTime"]) for row in fields["availability"]]
    if "overrides" in fields:
        found["overrides"] = [Override(day=date.fromisoformat(row["date"]), start=row["startTime"], end=row["endTime"]) for row in fields["overrides"]]
    return found
