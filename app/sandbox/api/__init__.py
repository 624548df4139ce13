"""The part of Cal.com's API v2 that a site of one account needs, under `/v2` of the simulation's own address.

Every request takes the same way: a fault on purpose, the key, the pace, then the page of its resource.
"""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from app.sandbox.api import faults, problems
from app.sandbox.api.account import account
from app.sandbox.api.booking_acts import booking_acts
from app.sandbox.api.bookings import bookings
from app.sandbox.api.event_type_changes import event_type_changes
from app.sandbox.api.event_types import event_types
from app.sandbox.api.keys import identify
from app.sandbox.api.managed import managed
from app.sandbox.api.me import me
from app.sandbox.api.new_bookings import new_bookings
from app.sandbox.api.organisations import organisations
from app.sandbox.api.private_links import private_links
from app.sandbox.api.reservations import reservations
from app.sandbox.api.schedules import schedules
from app.sandbox.api.slots import slots
from app.sandbox.api.team_event_types import team_event_types
from app.sandbox.api.teams import teams
from app.sandbox.api.versions import not_there
from app.sandbox.api.webhooks import webhooks
from app.sandbox.desk import desk
from app.sandbox.errors import Refused
from app.sandbox.limits import Pace

_KEY, _TOKENS_PER_KEY = 120, 500
API = Blueprint("api", __name__, url_prefix="/v2")
for _part in (me, account, event_types, event_type_changes, schedules, slots, reservations, bookings, new_bookings, booking_acts, webhooks, managed, teams):
    API.register_blueprint(_part)
for _part in (team_event_types, organisations, private_links):
    API.register_blueprint(_part)

API.register_error_handler(problems.ApiProblem, problems.ordinary)
API.register_error_handler(problems.BadBody, problems.validation)
API.register_error_handler(problems.InnerProblem, problems.inner)
API.register_error_handler(problems.DatabaseProblem, problems.database)
API.register_error_handler(Refused, problems.refused)


@API.before_request
def let_in() -> Response | None:
    """Only callers with a good key or none, and only at the allowed pace."""
    answer = faults.before()
    if answer is not None:
        return answer
    g.caller = identify()
    dials = desk().dials.api
    limit = dials.api_limit if g.caller.name.startswith(("cal_", "ip ")) else dials.api_limit * _TOKENS_PER_KEY // _KEY
    g.pace = desk().limiter.take(g.caller.name, limit=limit, scale=dials.clock_scale)
    return problems.throttled() if g.pace.refused else None


@API.after_request
def see_off(answer: Response) -> Response:
    """The headers of the limit, and what happens to the answer on its way."""
    rule = request.url_rule
    desk().tally.add(request.method, rule.rule if rule else request.path, answer.status_code)
    pace: Pace | None = g.get("pace")
    if pace is not None:
        pace.write_on(answer)
    return faults.after(answer)


@API.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing_here(rest: str) -> Response:  # noqa: ARG001 -- the address decides, not what follows it
    """Every other address does not exist, said in the manner of the API."""
    raise not_there()
