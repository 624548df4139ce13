"""`flask doctor`: examines this site, or the demo that runs here."""

import json
import sys
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import with_appcontext

from app.cli import demo, printing
from app.cli.current import real_app
from app.config import Settings
from app.doctor.examine import CHECKS, Result, as_row, examine, in_order, worst
from app.doctor.finding import Status
from app.wiring import patient_of

SIGNS = {Status.OK: ("✓", "green"), Status.OFF: ("–", "white"), Status.WARNING: ("!", "yellow"), Status.FAILED: ("✗", "red")}
NAMES = {Status.OK: "All is well.", Status.WARNING: "It works; somebody should know of what is marked with !.", Status.FAILED: "Something is broken: see ✗."}


def command(factory: Callable[[Settings], Flask]) -> click.Command:
    """The command; for a demo that runs here it makes an app with the demo's settings."""

    @click.command("doctor")
    @printing.as_json
    @with_appcontext
    def doctor(*, as_json: bool) -> None:
        """Examines the site from inside and outside and says for each fault what to do. Exit status 1 when something is broken."""
        settings = demo.running_settings()
        app = factory(settings) if settings else real_app()
        results: list[Result] = []
        for result in examine(patient_of(app)):
            results.append(result)
            _say_how_far(len(results))
        results = in_order(results)
        if as_json:
            click.echo(json.dumps({"status": worst(results), "checks": [as_row(result) for result in results]}, ensure_ascii=False))
        else:
            _print(results, site=app.extensions["settings"].SITE_URL)
        sys.exit(int(worst(results) == Status.FAILED))

    return doctor


def _say_how_far(done: int) -> None:
    if _at_a_terminal():
        click.echo(f"\r{done} of {len(CHECKS)} looked at" + ("\r\033[K" if done == len(CHECKS) else ""), nl=False, err=True)


def _at_a_terminal() -> bool:
    return sys.stderr.isatty()


def _print(results: list[Result], *, site: str) -> None:
    click.echo(f"Frontdesk at {site}")
    group, width = "", max(len(result.check.title) for result in results)
    for result in results:
        if result.check.group != group:
            group = result.check.group
            click.secho(f"\n{group}", bold=True)
        finding = result.finding
        sign, colour = SIGNS[finding.status]
        click.echo(f"  {click.style(sign, fg=colour)} {result.check.title.ljust(width)}  {finding.says}")
        for line in finding.fix.splitlines() if finding.status != Status.OK else ():
            click.echo(f"    {' ' * width}  {click.style('→', fg=colour)} {line}")
    click.echo()
    click.secho(NAMES[worst(results)], fg=SIGNS[worst(results)][1])
