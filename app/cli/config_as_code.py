"""`flask calcom pull|plan|apply|drift|schema`: the Cal.com account as reviewed files."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

import click
from flask import Flask

from app import clock
from app.calcom.errors import CalcomError, Wait
from app.cli import demo, printing
from app.cli.calcom import group
from app.cli.current import real_app
from app.cli.schema import bring_up_to_date
from app.config import Settings
from app.config_as_code import drift as drifting
from app.config_as_code import show
from app.config_as_code.apply import Done, Unsafe
from app.config_as_code.complaints import ConfigError
from app.config_as_code.decap import decap_config
from app.config_as_code.desk import Busy, Compared, ConfigDesk, desk_of
from app.config_as_code.kinds import WORDS
from app.config_as_code.plan import Change, Plan
from app.config_as_code.schema import json_schema

__all__ = ["group"]

Row = TypeVar("Row")
COLOURS = {"+": "green", "~": "yellow", "-": "red", "!": "magenta"}
DATABASE = "frontdesk.sqlite3"
AT_ONCE = 20
"""More changes than this go at the pace that Cal.com's limit allows, and wait where it says so."""
BUSY = "Somebody else is changing the account or the file at this moment; nothing was done. Try again in a minute."


@group.command("pull")
@click.option("--all", "everything", is_flag=True, help="Adopt as well what the file does not own so far.")
def pull(*, everything: bool) -> None:
    """Adopts the live account into the file: comments, order and everything that is equal stay as they are."""
    with _app() as app, _told():
        desk = _desk(app)
        written = _patiently(desk, lambda at: at.pull(everything=everything))
    for path in written:
        click.echo(f"Written: {path}")
    if not written:
        click.echo(f"{desk.path} says what Cal.com is already.")


@group.command("plan")
@printing.as_json
@click.option("--markdown", is_flag=True, help="For a comment below a pull request.")
@click.option("--html", is_flag=True, help="A page for a browser.")
@click.option("--check", is_flag=True, help="Exit status 1 when there is something to do.")
def plan(*, as_json: bool, markdown: bool, html: bool, check: bool) -> None:
    """Shows what would change at Cal.com; changes nothing."""
    if as_json + markdown + html > 1:
        printing.stop("Use one of --json, --markdown and --html.")
    with _app() as app, _told():
        found = _patiently(_desk(app), ConfigDesk.compare).plan
    if as_json:
        click.echo(json.dumps(show.as_json(found), ensure_ascii=False))
    elif markdown or html:
        click.echo(show.markdown(found) if markdown else show.page(found), nl=False)
    else:
        _print(found)
    sys.exit(int(check and bool(found)))


@group.command("apply")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also a plan that deletes, or that touches more than 30 % of the objects.")
def apply(*, yes: bool, force: bool) -> None:
    """Shows the plan, asks, and carries it out change by change. Stopped at any moment, the next one finishes it."""
    with _app() as app, _told():
        desk = _desk(app)
        _apply(desk, _patiently(desk, ConfigDesk.compare), yes=yes, force=force)


@group.command("drift")
@printing.as_json
def drift(*, as_json: bool) -> None:
    """Says what at Cal.com is not as the file says, and since when. Exit status 0 nothing, 1 drift, 2 it cannot be told."""
    with _app() as app, _told():
        found = _patiently(_desk(app), ConfigDesk.compare).plan
        rows = drifting.note(found, now=clock.now())
    if as_json:
        click.echo(json.dumps({"drift": [drifting.as_row(row) for row in rows]}, ensure_ascii=False))
    else:
        _print_drift(rows)
    sys.exit(int(bool(rows)))


@group.command("schema")
def schema() -> None:
    """Prints the JSON Schema of the file, for editors."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@group.command("decap")
@click.option("--repo", required=True, help="The repository that holds the file, such as acme/site.")
@click.option("--branch", default="main", show_default=True)
@click.option("--file", default="calcom.yaml", show_default=True, help="The path of the file in that repository.")
def decap(repo: str, branch: str, file: str) -> None:
    """Prints a Decap CMS configuration, made from the same schema, for owners who edit the file in a browser."""
    click.echo(decap_config(repo=repo, branch=branch, file=file), nl=False)


@contextmanager
def _app() -> Iterator[Flask]:
    """The app whose account is meant, in its context: while a demo runs here and no account is set, the demo's."""
    app = real_app()
    own: Settings = app.extensions["settings"]
    settings = None if own.CALCOM_API_KEY else demo.running_settings()
    if settings is None:
        if own.CALCOM_API_KEY and not own.DATABASE_URL and not (own.INSTANCE_PATH / DATABASE).exists():
            bring_up_to_date(app)  # a fresh checkout, for example of a workflow: since when something differs is kept there
        yield app
        return
    made = app.extensions["factory"](settings)
    with made.app_context():
        yield made


def _desk(app: Flask) -> ConfigDesk:
    works = app.extensions["works"]
    found = desk_of(works.settings, works.calcom, app.extensions["webhook_secrets"])
    if found is None:
        printing.stop("CALCOM_API_KEY is missing: make a key at Cal.com (Settings, Developer, API keys) and set it.")
        raise AssertionError("unreachable: stop ends the process")
    return found


def _patiently(desk: ConfigDesk, ask: Callable[[ConfigDesk], Row]) -> Row:
    """What a reading of the account gives; where the key's requests are used up it begins again and waits for them."""
    try:
        return ask(desk)
    except Wait as wait:
        click.echo(f"{wait} Waiting for that, Ctrl-C ends it.", err=True)
        return ask(desk.unhurried(lambda: False))


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, as lines on standard error, and the exit status for it."""
    try:
        yield
    except (ConfigError, CalcomError) as error:
        printing.stop(str(error))
    except Busy:
        printing.stop(BUSY, code=1)


def _print(found: Plan) -> None:
    for sign, line in show.lines(found):
        mark = f"{sign} " if sign and not line.startswith(" ") else ""
        click.secho(mark + line, fg=COLOURS.get(sign))


def _print_drift(rows: list[drifting.Drift]) -> None:
    for row in rows:
        since = f"since {row.since:%Y-%m-%d %H:%M} UTC" if row.since else "since when is not known"
        note = " (Cal.com's API cannot set this: change it there, or the file)" if row.reported else ""
        click.secho(show.clean(f"{row.title}: {row.says}, {since}{note}"), fg="magenta" if row.reported else "yellow")
    count = "1 difference" if len(rows) == 1 else f"{len(rows)} differences"
    click.echo(f"{count} between Cal.com and the file." if rows else "No drift: Cal.com is as the file says.")


def _apply(desk: ConfigDesk, compared: Compared, *, yes: bool, force: bool) -> None:
    _print(compared.plan)
    if not compared.plan:
        return
    if compared.plan.unsafe and not force:
        printing.stop(f"Not applied, nothing was changed: {'; '.join(compared.plan.unsafe)}. If that is meant, add --force.", code=1)
    if not yes:
        if not click.confirm("Apply this plan?"):
            printing.stop("Not applied, nothing was changed.", code=1)
        again = _patiently(desk, ConfigDesk.compare)
        if again.plan != compared.plan:
            printing.stop("Meanwhile the account or the file has changed: nothing was done. Look at the plan again.", code=1)
        compared = again
    with _stoppable() as stopping:
        at = desk.unhurried(lambda: bool(stopping)) if len(compared.plan.changes) > AT_ONCE else desk
        try:
            result = at.apply(compared, force=force, watch=_say, should_stop=lambda: bool(stopping))
        except Unsafe as unsafe:
            printing.stop(f"Not applied: {unsafe}.", code=1)
            return
    _tell(result)


def _say(change: Change) -> None:
    click.echo(f"  {show.SIGNS[change.action]} {show.title(change)}")


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """Ctrl-C ends after the change that is under way; a second one at once."""
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        click.echo("Stopping after this change; press again to stop at once.", err=True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(result: Done) -> None:
    click.secho(f"{len(result.done)} done, {len(result.left)} left.", bold=True)
    for change, missing in result.dropped:
        click.secho(f"Cal.com took {show.title(change)} without a word and did not keep: {', '.join(missing)}.", err=True, fg="red")
    if result.refused:
        click.secho(f"Stopped at {WORDS[result.left[0].kind]} {show.clean(result.left[0].key)}: {result.refused}", err=True, fg="red")
    for change in result.left:
        click.echo(f"  left: {show.SIGNS[change.action]} {show.title(change)}", err=True)
    if result.left:
        click.echo("What is done stays done; `flask calcom apply` goes on here.", err=True)
    sys.exit(int(not result.complete))
