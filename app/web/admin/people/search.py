"""The list of people and its search.

What is searched for is mostly a name or an address, and addresses of pages end up in logs, histories and bookmarks of
others. So the search is sent by POST and the list is then shown under an address that carries it sealed: going back,
loading again and paging work as everywhere, and nobody without our key reads who was looked for.
"""

import json
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bookings import people
from app.bookings.people import Mark
from app.sealing import Seal
from app.web.admin.blueprint import blueprint, settings

PURPOSE = "search for people"
LONGEST = 200


@blueprint.get("/people", endpoint="people")
def people_list() -> str:
    """One page of people."""
    asked = _opened(request.args.get("find", ""))
    text, after, before = str(asked.get("text", ""))[:LONGEST], _mark(asked.get("after")), _mark(asked.get("before"))
    page = people.page(text, after=after, before=before)
    return render_template(
        "admin/people/list.html",
        text=text,
        page=page,
        count=people.count(),
        newer=_address(text=text, before=page.before) if page.before else "",
        older=_address(text=text, after=page.after) if page.after else "",
        stale=bool(request.args.get("find")) and not asked,
    )


@blueprint.post("/people")
def find_people() -> ResponseReturnValue:
    """Leads to the list of those who were looked for."""
    text = " ".join(request.form.get("text", "").split())[:LONGEST]
    return redirect(_address(text=text) if text else url_for(".people"))


def _address(**asked: Any) -> str:
    return url_for(".people", find=_seal().close(json.dumps(asked)))


def _opened(sealed: str) -> dict[str, Any]:
    opened = _seal().open(sealed) if sealed.isascii() else None
    found = json.loads(opened) if opened else {}
    return found if isinstance(found, dict) else {}


def _mark(found: Any) -> Mark | None:
    return (str(found[0]), int(found[1])) if isinstance(found, list) else None


def _seal() -> Seal:
    return Seal([settings().SECRET_KEY, *settings().SECRET_KEY_FALLBACKS], purpose=PURPOSE)
