"""Spans of time as people write them: 90s, 15m, 1h, 2d."""

import re
from datetime import timedelta
from typing import Any

import click

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta]):
    """An option such as `--overlap 1h`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The span of time."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([smhd])", str(value).strip())
        if found is None:
            self.fail(f"{value} is no span of time: write 90s, 15m, 1h or 2d", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})
