"""Reads hosts and event types anew when somebody asks, as an errand of one step."""

from collections.abc import Callable, Mapping
from typing import Any

from app.calcom.client import Client
from app.calcom.errors import CalcomError
from app.errands import Failed, Step, Work
from app.sync import catalogue

KIND = "catalogue"
COUNTS = ("created", "changed", "same", "gone")


def steps(client: Callable[[], Client | None]) -> Work:
    """The one step, then none."""

    def step(_: Mapping[str, Any], cursor: int) -> Step | None:
        if cursor:
            return None
        asked = client()
        if asked is None:
            raise Failed("There is no CALCOM_API_KEY, so nothing can be asked of Cal.com.")
        try:
            counts = catalogue.refresh(asked)
        except CalcomError as error:
            raise Failed(str(error)) from error
        return Step(cursor=1, done=1, counts={name: getattr(counts, name) for name in COUNTS})

    return step
