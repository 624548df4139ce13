"""Begins an errand for whoever asks, and leads to its page; or to the page of the one that is under way already."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app import errands
from app.accounts import staff_acts
from app.db import transaction
from app.errands import UnderWay
from app.web.access import person


def begin(kind: str, *, what: Mapping[str, Any], total: int, act: str, unit: str, busy: str) -> ResponseReturnValue:
    """The way to the errand's page. `act` and `unit` are for the list of acts, `busy` says that another one goes on."""
    who = person()
    try:
        with transaction() as session:
            number = errands.ask(session, kind=kind, cause=f"admin:{who.name or who.email}", what=what, total=total).id
            staff_acts.note(session, staff_id=who.id, act=act, on=str(number), detail=f"{total} {unit}")
    except UnderWay as other:
        number = other.number
        flash(busy)
    return redirect(url_for(".errand", number=number))
