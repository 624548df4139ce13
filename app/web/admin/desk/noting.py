"""Notes on a booking or a person: written by everybody who may change something, changed and removed by the author or an owner."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.models import Role
from app.bookings import queries
from app.db import transaction
from app.desk import notes
from app.desk.notes import Note
from app.web.access import may, person, sees
from app.web.admin.blueprint import NUMBER, blueprint
from app.web.admin.desk.subject import booking_of, seal, staff


@blueprint.post("/calendar/<reference>/notes")
def add_note(reference: str) -> ResponseReturnValue:
    """A new note on a booking."""
    booking = booking_of(reference)
    number, row = booking.reference, booking.id
    try:
        with transaction() as session:
            notes.add(session, seal(), request.form.get("text", ""), by=staff(), subject=number, booking_id=row)
    except notes.BadNote as problem:
        return write_again(str(problem), url_for(".add_note", reference=number), "Booking " + number, url_for(".booking", reference=number))
    flash("The note is kept. Everybody who may see this booking reads it; guests never do.")
    return redirect(url_for(".booking", reference=number, _anchor="story"))


@blueprint.get(f"/notes/{NUMBER}")
def note(number: int) -> str:
    """One note, to be changed or removed."""
    found = _own(number)
    return _page(found, text=found.text or "")


@blueprint.post(f"/notes/{NUMBER}")
def change_note(number: int) -> ResponseReturnValue:
    """Gives the note another text."""
    found, text = _own(number), request.form.get("text", "")
    try:
        with transaction() as session:
            notes.change(session, seal(), number, text, by=staff(), subject=_subject(found))
    except notes.BadNote as problem:
        return _page(found, text=text, mistake=str(problem)), 422
    flash("The note is changed.")
    return redirect(_back(found))


@blueprint.post(f"/notes/{NUMBER}/remove")
def remove_note(number: int) -> ResponseReturnValue:
    """Removes the note for good."""
    found = _own(number)
    with transaction() as session:
        notes.remove(session, number, by=staff(), subject=_subject(found))
    flash("The note is removed.")
    return redirect(_back(found))


def may_change(found: Note) -> bool:
    """Whether the person who asks may change or remove a note that they see."""
    return may("admin.change_note") and (found.author_id == person().id or person().role == Role.OWNER)


def _own(number: int) -> Note:
    """The note, if the person who asks may see it and change it."""
    found = notes.find(seal(), number)
    booking = queries.by_id(found.booking_id) if found is not None and found.booking_id is not None else None
    seen = found is not None and (sees(booking) if booking is not None else may("admin.person"))
    if found is None or not seen:
        abort(404, f"There is no note {number}.")
    if not may_change(found):
        abort(403, "A note is changed and removed by who wrote it, or by an owner.")
    return found


def _page(found: Note, *, text: str, mistake: str = "") -> str:
    return render_template("admin/desk/note.html", note=found, text=text, mistake=mistake, back_to=_back(found), about=_about(found), longest=notes.LONGEST)


def write_again(mistake: str, action: str, about: str, back_to: str) -> ResponseReturnValue:
    """The form with what was typed, for a note that could not be kept."""
    text = request.form.get("text", "")
    page = render_template("admin/desk/note.html", note=None, text=text, mistake=mistake, action=action, back_to=back_to, about=about, longest=notes.LONGEST)
    return page, 422


def _back(found: Note) -> str:
    if found.customer_id is not None:
        return url_for(".person", number=found.customer_id)
    return url_for(".booking", reference=_subject(found), _anchor="story")


def _about(found: Note) -> str:
    return f"Person {found.customer_id}" if found.customer_id is not None else f"Booking {_subject(found)}"


def _subject(found: Note) -> str:
    """What the audit names: the reference of the booking, or the number of the person."""
    if found.customer_id is not None:
        return f"person {found.customer_id}"
    booking = queries.by_id(found.booking_id or 0)
    return booking.reference if booking is not None else ""
