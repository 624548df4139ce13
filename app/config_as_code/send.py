"""One change as requests to Cal.com, and the object as it is afterwards. Names become numbers here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.calcom.client import Client
from app.calcom.errors import NotFound, Refused
from app.calcom.types import Override, WorkingHours
from app.config_as_code import questions
from app.config_as_code.account import Found, Reader
from app.config_as_code.kinds import NUMBERS, REVERSED, SWITCHED_OFF, TEXTS, Fields, Kind
from app.config_as_code.plan import Change, can_be_told
from app.config_as_code.surroundings import Surroundings

MAILS = ("disableEmailsToAttendees", "disableEmailsToHosts")


class Sender:
    """Carries out single changes. One per apply, since it remembers what it has read."""

    def __init__(self, client: Client, around: Surroundings, people: Mapping[str, int]) -> None:
        self._client = client
        self._around = around
        self._people = dict(people)
        self._reader = Reader(client, around)

    def create(self, change: Change) -> None:
        """Makes the object, as far as one request can."""
        fields = {name: value for name, value in change.wanted.items() if can_be_told(name, value)}
        match change.kind:
            case Kind.SCHEDULE:
                self._client.schedules.create(**self._hours(fields))
            case Kind.TEAM:
                self._client.teams.create({**_team_body(fields), "slug": change.key})
            case Kind.MEMBERSHIP:
                role, accepted = fields["role"], fields.get("accepted")
                self._client.teams.add(self._team(change), self._number_of(change.key.partition("/")[2]), role=role, accepted=accepted)
            case Kind.WEBHOOK:
                self._client.webhooks.create(**{"secret": "", **self._webhook(fields)})
            case _:
                team_id = self._team(change) if change.kind == Kind.TEAM_EVENT_TYPE else None
                self._client.event_types.create(self._event_type(fields), team_id=team_id)

    def update(self, change: Change, number: int | str | None, team_id: int | None, fields: Fields) -> None:
        """Sets these properties of an object that is there."""
        match change.kind:
            case Kind.ME:
                self._client.people.change_me(self._me(fields))
            case Kind.SCHEDULE:
                self._client.schedules.update(_number(number), **self._hours(fields))
            case Kind.TEAM:
                self._client.teams.update(_number(number), _team_body(fields))
            case Kind.MEMBERSHIP:
                self._client.teams.change(_number(team_id), _number(number), role=fields.get("role"), accepted=fields.get("accepted"))
            case Kind.WEBHOOK:
                self._client.webhooks.update(str(number), **self._webhook(fields))
            case _:
                self._client.event_types.update(_number(number), self._event_type(fields), team_id=team_id)

    def delete(self, change: Change) -> None:
        """Takes the object away. One that is gone already is no failure: somebody was faster."""
        try:
            match change.kind:
                case Kind.SCHEDULE:
                    self._client.schedules.delete(_number(change.id))
                case Kind.TEAM:
                    self._client.teams.delete(_number(change.id))
                case Kind.MEMBERSHIP:
                    self._client.teams.remove(_number(change.team_id), _number(change.id))
                case Kind.WEBHOOK:
                    self._client.webhooks.delete(str(change.id))
                case _:
                    self._client.event_types.delete(_number(change.id), team_id=change.team_id)
        except NotFound:
            return

    def find(self, change: Change) -> Found | None:
        """The object as it is now: by its number, else by its key; None when there is none."""
        rows = [each for each in self._read(change) if each.kind == change.kind]
        by_number = [each for each in rows if change.id is not None and each.id == change.id]
        team = self._team_or_none(change)
        key = change.key.partition("/")[2] if team is not None else change.key
        by_key = [each for each in rows if each.key == change.key or (team is not None and each.team_id == team and each.key.partition("/")[2] == key)]
        return next(iter(by_number or by_key), None)

    def _read(self, change: Change) -> list[Found]:
        match change.kind:
            case Kind.SCHEDULE:
                return self._reader.schedules()
            case Kind.ME:
                return [self._reader.me()]
            case Kind.WEBHOOK:
                return self._reader.webhooks()
            case Kind.EVENT_TYPE:
                if change.id is not None:
                    try:
                        return [self._reader.event_type(self._client.event_types.get(_number(change.id)))]
                    except NotFound:
                        return []
                return [self._reader.event_type(each) for each in self._client.event_types.mine()]
            case _:
                return list(self._reader.teams())

    def _me(self, fields: Fields) -> Fields:
        body = dict(fields)
        if "defaultSchedule" in body:
            body["defaultScheduleId"] = self._schedule_id(body.pop("defaultSchedule"))
        return body

    def _hours(self, fields: Fields) -> dict[str, Any]:
        found = {own: fields[name] for name, own in (("name", "name"), ("timeZone", "time_zone")) if name in fields}
        if "availability" in fields:
            found["hours"] = [WorkingHours(days=tuple(row["days"]), start=row["startTime"], end=row["endTime"]) for row in fields["availability"]]
        if "overrides" in fields:
            found["overrides"] = [Override(day=date.fromisoformat(row["date"]), start=row["startTime"], end=row["endTime"]) for row in fields["overrides"]]
        return found

    def _webhook(self, fields: Fields) -> dict[str, Any]:
        names = {"subscriberUrl": "url", "triggers": "triggers", "active": "active", "payloadTemplate": "template", "version": "version"}
        found = {own: fields[name] for name, own in names.items() if fields.get(name) is not None}
        if fields.get("secret"):
            found["secret"] = self._around.secret(fields["secret"])
        return found

    def _event_type(self, fields: Fields) -> Fields:
        body = {name: spelled(name, value) for name, value in fields.items() if name not in {"schedule", "bookingFields", "hosts"}}
        if fields.get("schedule") is not None:
            body["scheduleId"] = self._schedule_id(fields["schedule"])
        if "bookingFields" in fields:
            body["bookingFields"] = questions.body(fields["bookingFields"])
        if "hosts" in fields and not fields.get("assignAllTeamMembers"):
            body["hosts"] = [{**host, "userId": self._number_of(host["email"])} for host in fields["hosts"]]
            for host in body["hosts"]:
                del host["email"]
        return body

    def _schedule_id(self, named: str | int) -> int:
        fitting = self._reader.numbers_of(named)
        if len(fitting) != 1:
            how_many = "no schedule" if not fitting else f"{len(fitting)} schedules"
            raise Refused(f"Cal.com has {how_many} with the name {named}: say which one is meant by its number.")
        return fitting[0]

    def _number_of(self, email: str) -> int:
        if email not in self._people:
            raise Refused(f"Nobody with the address {email} is known to this account: invite them in Cal.com first, then apply again.")
        return self._people[email]

    def _team(self, change: Change) -> int:
        found = self._team_or_none(change)
        if found is None:
            raise Refused(f"There is no team {change.team} at Cal.com.")
        return found

    def _team_or_none(self, change: Change) -> int | None:
        if change.team is None or change.team_id is not None:
            return change.team_id
        return next((each.id for each in self._client.people.teams() if each.slug == change.team), None)


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
