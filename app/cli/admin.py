"""`flask admin create|reset-2fa|verify`."""

import click
from flask.cli import AppGroup

from app.accounts import second_factor, sessions, staff_acts
from app.accounts.models import Role
from app.accounts.staff import BadAccount, by_email, create
from app.cli import printing
from app.cli.current import real_app
from app.cli.schema import make_when_there_is_none
from app.db import transaction

group = AppGroup("admin", help="People who may sign in to the admin area.")


@group.command("create")
@click.argument("email", required=False)
@click.option("--email", "email_option", help="The same as the argument.")
@click.option("--password", envvar="ADMIN_PASSWORD", help="Asked for when not given; ADMIN_PASSWORD is read as well.")
@click.option("--name", default="", help="How the person is called in the admin area.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value, show_default=True)
def create_admin(email: str | None, email_option: str | None, password: str | None, name: str, role: str) -> None:
    """Makes a staff account; for an existing address it sets a new password and ends all sessions."""
    address = email or email_option or click.prompt("E-mail address")
    secret = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    make_when_there_is_none(real_app())
    try:
        with transaction() as session:
            user = create(session, email=address, password=secret, name=name, role=Role(role))
            made = user.email
            staff_acts.note(session, staff_id=None, act="staff.create", on=f"staff:{user.id}", detail=f"as {role}, on the command line")
    except BadAccount as error:
        printing.stop(f"No account was made: {error}.")
    else:
        click.echo(f"{made} may sign in now.")


@group.command("reset-2fa")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Takes the second factor off an account whose phone and recovery codes are lost; all its sessions end."""
    user = by_email(email)
    if user is None:
        printing.stop(f"Nobody with the address {email} may sign in.")
        return
    number = user.id
    with transaction() as session:
        removed = second_factor.remove(session, staff_id=number)
        if removed:
            sessions.end_all(session, staff_id=number)
            staff_acts.note(session, staff_id=None, act="staff.reset_second_factor", on=f"staff:{number}", detail="on the command line")
    click.echo(f"{email} signs in without a code now." if removed else f"{email} has no second factor.")


@group.command("verify")
@printing.as_json
def verify_acts(*, as_json: bool) -> None:
    """Checks that no line of what staff did was altered, removed or swapped. Exit status 1 when one was."""
    broken = staff_acts.verify()
    found = [{"line": broken.number, "what": broken.what}] if broken is not None else []
    printing.rows(found, as_json=as_json, columns=("line", "what"), empty="Every line of what staff did is as it was written.")
    if found:
        raise SystemExit(1)
