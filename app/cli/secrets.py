"""`flask secrets …`: made new without a pause, looked after, handed to where they are needed."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.away import DatabaseBusy
from app.calcom.errors import CalcomError
from app.calcom.key import SETTING, ApiKey
from app.calcom.secret_changes import PURPOSE
from app.calcom.secrets import secret_setting
from app.cli import printing
from app.cli.durations import Duration
from app.cli.long_work import Progress, ended_in_time
from app.db import db
from app.sealing import Seal
from app.secrets import api_key, export, rows, webhook
from app.secrets.check import Found, Keeper, Status
from app.secrets.rows import Opened, State
from app.secrets.sealed import reseal as seal_anew
from app.wiring import Works

LOOK_EVERY_SECONDS = 0.5
MARKS = {Status.OK: "✓", Status.OFF: "–", Status.WARNING: "!", Status.FAILED: "✗"}
NO_KEY = "CALCOM_API_KEY is missing, so nothing can be changed at Cal.com from here: the README says how to change a webhook secret by hand."

group = AppGroup("secrets", help="Secrets: made new, looked after, handed on.")


@group.command("export")
@click.option("--format", "form", type=click.Choice(["env", "json"]), default="env", show_default=True)
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="The file to write, with mode 600. Without it: a pipe.")
@click.option("--only", multiple=True, metavar="NAME", help="This setting; may be repeated.")
def export_values(form: str, target: Path | None, only: tuple[str, ...]) -> None:
    """Writes the secrets that count now into a file that nobody else may read, or into a pipe; never to a terminal."""
    works = _works()
    found = export.values(works.settings, works.webhook_secrets, works.secret_changes, only=only)
    if unknown := sorted(set(only) - set(found)):
        printing.stop(f"Not set: {', '.join(unknown)}.")
    written = export.as_env(found) if form == "env" else export.as_json(found)
    if target is None:
        if sys.stdout.isatty():
            printing.stop("Secrets are not shown on a terminal: name a file with --to, or use a pipe.")
        click.echo(written, nl=False)
        return
    try:
        export.write(target, written)
    except export.Unwritable as error:
        printing.stop(str(error))
    click.echo(f"{len(found)} secrets are in {target}, which only you may read.", err=True)


@group.command("check")
@click.option("--logs", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A log to search as well; may be repeated.")
@click.option(
    "--history", type=Duration(), default="60s", show_default=True, help="For so long the history of the repository is searched; it goes on next time."
)
@printing.as_json
def check(logs: tuple[Path, ...], history: timedelta, *, as_json: bool) -> None:
    """Looks at every secret: present, in shape, young enough, the same at Cal.com, and nowhere in clear. Exit status 1 when not.

    Ctrl-C ends it and tells what was found until then; pressed again, at once.
    """
    works = _works()
    values = export.values(works.settings, works.webhook_secrets, works.secret_changes)
    seal = Seal(works.settings.sealing_keys, purpose=PURPOSE)
    progress = Progress(only_terminal=True)
    with ended_in_time() as stopped:
        keeper = Keeper(works.settings, works.webhook_secrets, values, dict(os.environ), works.calcom, seal, db.engine, logs, history, stopped, progress.show)
        found = keeper.look()
    progress.end()
    if as_json:
        printing.one(_report(found), as_json=True)
    else:
        for one in found:
            _line(one)
    sys.exit(1 if any(one.status in {Status.WARNING, Status.FAILED} for one in found) else 0)


@group.command("rotate-webhook")
@click.argument("names", nargs=-1)
@click.option("--overlap", type=Duration(), default="1h", show_default=True, help="For so long the old secret is taken as well.")
@click.option("--wait", type=Duration(), default="60s", show_default=True, help="For so long a delivery signed with the new one is waited for.")
@click.option("--dry-run", is_flag=True, help="Only says what would be done.")
@click.option("--drop-old", is_flag=True, help="Refuses the old secret from now on, whatever is proven.")
def rotate_webhook(names: tuple[str, ...], overlap: timedelta, wait: timedelta, *, dry_run: bool, drop_old: bool) -> None:
    """Makes the secret of webhooks new, here and at Cal.com, without a restart and without a refused delivery.

    NAMES are subscriptions (`team` for CALCOM_WEBHOOK_SECRET_TEAM, `main`); all of them without. It can be stopped at any time and
    started again: it goes on where it was.
    """
    works = _works()
    known = works.webhook_secrets
    wanted = ["" if name in {"main", ""} else name.lower() for name in names] or known.names()
    if unknown := [name for name in wanted if name not in known.names()]:
        printing.stop(f"There is no {', '.join(secret_setting(name) for name in unknown)}.")
    if drop_old:
        for name in wanted:
            dropped = webhook.drop_old(name)
            click.echo(f"{secret_setting(name)}: " + ("the old secret is refused from now on." if dropped else "nothing is under way."))
        return
    if works.calcom is None:
        printing.stop(NO_KEY)
        return
    rotation = webhook.Rotation(
        works.calcom.unhurried(), works.settings.SITE_URL, known, Seal(works.settings.sealing_keys, purpose=PURPOSE), say=_say, sleep=time.sleep
    )
    with _troubles():
        good = [_plan(rotation, name) if dry_run else _rotate(rotation, name, overlap, wait, alone=bool(names)) for name in wanted]
    sys.exit(0 if all(good) else 1)


@group.command("rotate-api-key")
@click.option("--days", type=click.IntRange(1, 3650), help="The new key is good for so many days; without it for ever.")
@click.option("--yes", is_flag=True, help="Does not ask.")
def rotate_api_key(days: int | None, *, yes: bool) -> None:
    """Lets Cal.com make a new API key, which deletes the present one at once. Every process of the site takes the new one by itself."""
    works = _works()
    if works.calcom is None:
        printing.stop("CALCOM_API_KEY is missing: there is nothing to make new.")
        return
    if not yes:
        click.confirm("Cal.com deletes the present key at once. Does nothing but this site use it?", abort=True, err=True)
    settings, seal = works.settings, Seal(works.settings.sealing_keys, purpose=PURPOSE)
    key = ApiKey(settings.CALCOM_API_KEY, works.secret_changes)
    rescue = settings.INSTANCE_PATH.resolve() / "new-api-key.sealed"
    with _troubles():
        made = api_key.Renewal(works.calcom, settings.CALCOM_API_URL, key, seal, rescue, say=_say).run(days=days)
    until = f"until {made.expires_at:%Y-%m-%d}" if made and made.expires_at else "for ever"
    _say(f"Cal.com takes it, {until}. A restart needs it from the settings only when SECRET_KEY is lost; to copy it there:")
    _say(f"    flask secrets export --only {SETTING} --to FILE")


@group.command("reseal")
@click.option("--dry-run", is_flag=True, help="Only counts.")
@printing.as_json
def reseal(*, dry_run: bool, as_json: bool) -> None:
    """Seals everything anew with the present SECRET_KEY, so that older ones may leave SECRET_KEY_FALLBACKS. Exit status 1 when something does not open."""
    tallies = seal_anew(_works().settings.sealing_keys, change=not dry_run)
    found = [{"table": tally.table, "fresh": tally.fresh, "old": tally.old, "closed": tally.closed} for tally in tallies]
    if as_json:
        printing.rows(found, as_json=True, columns=(), empty="")
    else:
        for tally in tallies:
            done = "would be sealed anew" if dry_run else "sealed anew"
            click.echo(f"{tally.table}: {tally.fresh} fresh, {tally.old} {done}, {tally.closed} that no key opens")
    sys.exit(1 if any(tally.closed for tally in tallies) else 0)


def _works() -> Works:
    works: Works = current_app.extensions["works"]
    return works


def _say(words: str) -> None:
    click.echo(words)


def _plan(rotation: webhook.Rotation, name: str) -> bool:
    setting, there = secret_setting(name), rotation.hooks(name)
    change = rows.found(setting, rotation.seal)
    if change is not None and not change.is_over(clock.now()):
        _say(f"{setting}: under way. {_stands(change)}")
    for hook in there:
        _say(f"{setting}: would be made new at {hook.name}")
    if not there:
        _say(f"{setting}: Cal.com's API lists no webhook that leads to it. (Those of teams are not listed.)")
    return bool(there)


def _rotate(rotation: webhook.Rotation, name: str, overlap: timedelta, wait: timedelta, *, alone: bool) -> bool:
    setting = secret_setting(name)
    try:
        change = rotation.run(name, overlap=overlap)
    except webhook.NoWebhook:
        _say(f"{setting}: Cal.com's API lists no webhook that leads to it. (Those of teams are not listed: the README says how to change one by hand.)")
        return not alone and bool(name)
    except webhook.Undone:
        _say(f"{setting}: Cal.com refused. All is as it was: the old secret counts, at Cal.com and here.")
        return False
    until = time.monotonic() + wait.total_seconds()
    if change.state == State.SET and wait:
        _say("Waiting for a delivery that is signed with it. To have one at once, press Ping test at the webhook, at Cal.com.")
    while change.state == State.SET and time.monotonic() < until:
        time.sleep(LOOK_EVERY_SECONDS)
        webhook.settle(name, rotation.seal)
        change = rows.found(setting, rotation.seal) or change
    _say(f"{setting}: {_stands(change)}")
    return change.state in {State.SET, State.PROVEN}


def _stands(change: Opened) -> str:
    if change.state == State.PROVEN and change.drop_at is not None:
        over = change.is_over(clock.now())
        said = (
            "the old secret is refused" if over else f"the old secret is taken until {change.drop_at:%Y-%m-%d %H:%M:%S} UTC and refused from then on, by itself"
        )
        return f"proven by a delivery; {said}. The new one lies sealed in the database; no setting has to change."
    if change.state == State.SET:
        return "Cal.com signs with the new secret, as reading back shows. No delivery has come yet, so both count; the worker goes on looking."
    if change.state == State.KEPT:
        return f"{change.note} Both count. Change it there too, then: flask secrets rotate-webhook --drop-old"
    return "both secrets count; run the command again to go on."


@contextmanager
def _troubles() -> Iterator[None]:
    """What can stop a change, as a sentence and status 1; nothing is lost by it."""
    try:
        yield
    except CalcomError as error:
        printing.stop(f"Stopped: {error} Nothing is refused that counted before. Run the command again to go on.", code=1)
    except (api_key.Lost, api_key.NotStored) as error:
        printing.stop(str(error), code=1)
    except webhook.Overtaken:
        printing.stop("Another command works on the same secret; this one did nothing more.", code=1)
    except DatabaseBusy:
        printing.stop("The database takes no writes now. Run the command again to go on.", code=1)


def _report(found: Sequence[Found]) -> dict[str, Any]:
    worst = next((status for status in (Status.FAILED, Status.WARNING) if any(one.status == status for one in found)), Status.OK)
    each = [{"check": one.check, "setting": one.setting or None, "status": one.status.value, "says": one.says, "fix": one.fix or None} for one in found]
    return {"status": worst.value, "checks": each}


def _line(one: Found) -> None:
    colour = {Status.WARNING: "yellow", Status.FAILED: "red"}.get(one.status)
    click.secho(f"{MARKS[one.status]} {one.setting or 'all'}: {one.says}", fg=colour)
    if one.fix and one.status in {Status.WARNING, Status.FAILED}:
        click.echo(f"    → {one.fix}")
