"""How commands print: rows for people, JSON for scripts."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import click

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output, nothing else.")
limited = click.option("--limit", type=click.IntRange(min=1), help="At most so many rows.")


def utc(moment: datetime | None) -> str | None:
    """`2026-12-02T09:00:00Z`, or None."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def rows(found: Iterable[Mapping[str, Any]], *, as_json: bool, columns: Iterable[str], empty: str) -> None:
    """Prints a list: a JSON array that streams, or a line a row; an empty list says what would be here."""
    if as_json:
        _stream(found)
        return
    names, lines = list(columns), iter(found)
    first = next(lines, None)
    if first is None:
        click.echo(empty)
        return
    click.secho("  ".join(names), dim=True)
    for row in chain([first], lines):
        click.echo("  ".join(_cell(row.get(name)) for name in names))


def one(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints one object: JSON, or a line a field."""
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    width = max(len(name) for name in found)
    for name, value in found.items():
        click.echo(f"{name.rjust(width)}  {_cell(value)}")


def stop(message: str, *, code: int = 2) -> None:
    """Ends the command with one line on standard error."""
    click.secho(message, err=True, fg="red")
    sys.exit(code)


def _stream(found: Iterable[Mapping[str, Any]]) -> None:
    separator = "["
    for row in found:
        click.echo(separator + json.dumps(row, ensure_ascii=False), nl=False)
        separator = ",\n"
    click.echo("[]" if separator == "[" else "]")


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _CONTROL.sub(" ", text)


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The items in lists of at most `size`."""
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
