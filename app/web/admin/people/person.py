"""One person: bookings, mails, what they left, notes; and leaving a sequence on their behalf."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import opt_outs
from app.accounts.models import Customer
from app.accounts.staff_acts import note
from app.bookings.notices import PHONE_ONLY
from app.bookings.queries import references, status_of
from app.db import transaction
from app.desk import notes, told
from app.desk import person as desk
from app.outbox.topics import SEQUENCES
from app.web.admin.blueprint import NUMBER, blueprint
from app.web.admin.desk.noting import may_change, write_again
from app.web.admin.desk.subject import seal, staff
from app.web.admin.people import words
from app.web.admin.places import LARGEST

MARK = re.compile(r"(\d{8}T\d{6}\.\d{6})_(\d{1,10})")
FORM = "%Y%m%dT%H%M%S.%f"


@blueprint.get(f"/people/{NUMBER}")
def person(number: int) -> str:
    """Everything that is known of the person."""
    who = _find(number)
    page = desk.bookings_of(number, earlier_than=_mark("earlier"), later_than=_mark("later"))
    mails = desk.mails_of(who)
    return render_template(
        "admin/people/person.html",
        who=who,
        by_phone=who.email.endswith(PHONE_ONLY),
        newest=desk.bookings_of(number, size=1).bookings[:1],
        figures=desk.figures_of(number),
        page=page,
        status_of=status_of,
        later=_address(number, later=page.later),
        earlier=_address(number, earlier=page.earlier),
        mails=mails,
        references=references([mail.booking_id for mail in mails]),
        sequences=[(name, words.SEQUENCES[name]) for name in (*SEQUENCES, opt_outs.EVERY)],
        left=desk.left_by(who),
        how=words.HOW,
        notes=[(each, may_change(each)) for each in notes.of_person(seal(), number)],
        deeds=told.deeds([words.subject(number)]),
    )


@blueprint.post(f"/people/{NUMBER}/mails")
def change_opt_out(number: int) -> ResponseReturnValue:
    """Takes the person out of a sequence of mails, or puts them back."""
    who, sequence = _find(number), request.form.get("sequence", "")
    if sequence not in {*SEQUENCES, opt_outs.EVERY}:
        abort(404, f"There is no sequence with the name {sequence[:40]}.")
    leaves = request.form.get("leave") == "yes"
    with transaction() as session:
        if leaves:
            opt_outs.leave(session, email=who.email, sequence=sequence, source="admin")
        else:
            opt_outs.come_back(session, email=who.email, sequence=sequence)
        note(session, staff_id=staff().id, act="person.opt-out" if leaves else "person.opt-in", on=words.subject(number), detail=sequence)
    name = words.SEQUENCES[sequence].lower()
    flash(f"From now on this person gets no {name}; what is planned is skipped." if leaves else f"This person may get {name} again, from the next one on.")
    return redirect(url_for(".person", number=number))


@blueprint.post(f"/people/{NUMBER}/notes")
def add_person_note(number: int) -> ResponseReturnValue:
    """A new note on a person."""
    _find(number)
    try:
        with transaction() as session:
            notes.add(session, seal(), request.form.get("text", ""), by=staff(), subject=words.subject(number), customer_id=number)
    except notes.BadNote as problem:
        return write_again(str(problem), url_for(".add_person_note", number=number), f"Person {number}", url_for(".person", number=number))
    flash("The note is kept. Everybody who may see all people reads it; the person never does.")
    return redirect(url_for(".person", number=number))


def _find(number: int) -> Customer:
    found = desk.numbered(number)
    if found is None:
        abort(404, f"There is no person {number}.")
    return found


def _mark(name: str) -> tuple[datetime, int] | None:
    """The place in the list of bookings that an address names; None when it cannot be read."""
    found = MARK.fullmatch(request.args.get(name, ""))
    with suppress(ValueError):
        return (datetime.strptime(found[1], FORM).replace(tzinfo=UTC), int(found[2])) if found and int(found[2]) <= LARGEST else None
    return None


def _address(number: int, **marks: tuple[datetime, int] | None) -> str:
    said: dict[str, Any] = {name: f"{mark[0].astimezone(UTC):{FORM}}_{mark[1]}" for name, mark in marks.items() if mark}
    return url_for(".person", number=number, **said) if said else ""
