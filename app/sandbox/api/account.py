"""What belongs to the account around its bookings: the key itself, teams, connected calendars."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.sandbox.api import body
from app.sandbox.api.answers import success
from app.sandbox.api.body import Property
from app.sandbox.api.keys import caller, require_host
from app.sandbox.api.problems import ApiProblem
from app.sandbox.desk import desk

account = Blueprint("api_account", __name__)

_REFRESH = {"apiKeyDaysValid": Property(body.whole), "apiKeyNeverExpires": Property(body.switch)}


_DESTINATION = {
    "integration": Property(body.one_of("apple_calendar", "google_calendar", "office365_calendar"), required=True),
    "externalId": Property(body.filled, required=True),
    "delegationCredentialId": Property(body.text),
}


@account.post("/api-keys/refresh")
def refresh() -> Response:
    """A new key; from now on the current one is refused."""
    host, given = require_host(), body.read(_REFRESH)
    if "apiKeyDaysValid" in given and given.get("apiKeyNeverExpires"):
        raise ApiProblem(400, "ApiKeysService - Only one of apiKeyDaysValid or apiKeyNeverExpires can be set.")
    return success({"apiKey": desk().keys.replace(caller().name, host.username)})


@account.get("/calendars")
def calendars() -> Response:
    """The one calendar that receives what is booked."""
    host = require_host()
    calendar = {
        "externalId": host.email,
        "integration": "google_calendar",
        "name": host.name,
        "primary": True,
        "readOnly": False,
        "isSelected": True,
        "email": host.email,
        "credentialId": host.id,
    }
    app = {
        "name": "Google Calendar",
        "description": "A calendar in this simulation.",
        "type": "google_calendar",
        "variant": "calendar",
        "categories": ["calendar"],
        "logo": "/static/icon.svg",
        "publisher": "Simulated Cal.com",
        "slug": "google-calendar",
        "url": "https://cal.com/",
        "email": "help@example.com",
        "locationOption": None,
    }
    connected = {"integration": app, "credentialId": host.id, "primary": calendar, "calendars": [calendar]}
    destination = {
        "id": host.id,
        "integration": host.calendar[0],
        "externalId": host.calendar[1] or host.email,
        "primaryEmail": host.email,
        "userId": host.id,
        "eventTypeId": None,
        "credentialId": host.id,
        "name": host.name,
        "primary": True,
        "readOnly": False,
        "email": host.email,
        "integrationTitle": "Google Calendar",
    }
    return success({"connectedCalendars": [connected], "destinationCalendar": destination})


@account.put("/destination-calendars")
def write_to() -> Response:
    """Another calendar receives what is booked; only one that is connected can."""
    host, given = require_host(), body.read(_DESTINATION)
    if given["externalId"] not in {host.email, f"second-{host.email}"}:
        raise ApiProblem(400, "Could not find calendar")
    host.calendar = (given["integration"], given["externalId"])
    told = {"userId": host.id, "integration": given["integration"], "externalId": given["externalId"], "credentialId": host.id}
    return success(told)
