"""What was changed, by whom and when; taking it back."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import staff_acts
from app.db import transaction
from app.site_edits import edit, file, history
from app.site_edits.sections import BY_SLUG, SECTIONS
from app.site_file import SiteFileError
from app.web.access import person
from app.web.admin.blueprint import NUMBER, blueprint, settings
from app.web.admin.settings.pages import who, works


@blueprint.get("/settings/history")
def settings_history() -> str:
    """The newest changes with what they changed; beside each, what going back would change in the file of now."""
    now = file.read(settings().site_path)
    rows = [(each, history.compared(each.before, each.after), history.compared(now.text, each.before)) for each in history.newest()]
    by_hand = bool(rows) and rows[0][0].after != now.text
    return render_template("admin/settings/history.html", rows=rows, seen=now.digest, by_hand=by_hand, sections=SECTIONS, by_slug=BY_SLUG)


@blueprint.post(f"/settings/history/{NUMBER}/undo")
def undo_settings(number: int) -> ResponseReturnValue:
    """Puts back what the file said before this change; that is a change of its own."""
    found = history.by_id(number)
    if found is None:
        abort(404, f"There is no change {number}.")
    try:
        edit.checked(settings(), found.before)
        with transaction() as session:
            saved = edit.save(session, settings(), text=found.before, seen=request.form.get("seen", ""), by=who(), what=f"undo {number}")
            if saved is not None:
                staff_acts.note(session, staff_id=person().id, act="settings.undo", on=str(number))
    except SiteFileError as error:
        flash(f"Nothing was changed: what the file said then is not allowed any more. {error}")
    except file.Overtaken:
        flash("Nothing was changed: the file has been written since you opened this page. Look at it again.")
    except file.NotWritable as error:
        flash(f"Nothing was changed: {error}")
    else:
        works().look_at_site(at_once=True)
        flash("The file says again what it said before this change." if saved is not None else "Nothing was changed: the file says this already.")
    return redirect(url_for(".settings_history"))
