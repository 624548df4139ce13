"""`flask admin create`."""

import click
from flask.cli import AppGroup

from app.accounts.models import Role
from app.accounts.staff import BadAccount, create
from app.cli import printing
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
    try:
        with transaction() as session:
            user = create(session, email=address, password=secret, name=name, role=Role(role))
            made = user.email
    except BadAccount as error:
        printing.stop(f"No account was made: {error}.")
    else:
        click.echo(f"{made} may sign in now.")
