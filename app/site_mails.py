"""The block `mails` of the site file: when reminders, sequences and the daily summary go out, and in which languages."""

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.timing import step

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _step(value: str) -> str:
    return step(value).name


def _steps(value: list[str]) -> list[str]:
    if len(set(value)) != len(value):
        msg = "names one span twice: keep one of them"
        raise ValueError(msg)
    return value


def _time(value: str) -> str:
    if not _TIME.fullmatch(value):
        msg = 'must be a time of day in quotes, such as "07:30"'
        raise ValueError(msg)
    return value


Steps = Annotated[list[Annotated[str, AfterValidator(_step)]], Field(max_length=8), AfterValidator(_steps)]
Language = Literal["en", "de", "es"]


class Mails(BaseModel):
    """When mails go out that no delivery of Cal.com asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    reminders: Steps = ["24h", "1h"]
    """Before the start."""
    reminders_by_event_type: dict[str, Steps] = {}
    """The same for single event types, by slug; an empty list switches them off there."""
    follow_up: Steps = []
    """After the end of a completed meeting."""
    re_engagement: Steps = []
    """After a cancellation, or a meeting to which the booker did not come."""
    sequence_event_types: list[str] = []
    """Event types (slugs) that the two sequences are for; empty: all."""
    digest_at: Annotated[str, AfterValidator(_time)] | None = None
    """When the owner's daily summary goes out, by the clock of the place."""
    languages: list[Language] = Field(default=["en", "de", "es"], min_length=1)
    """What mails are written in; a reader of another language gets English, or the first of these without it."""

    @property
    def digest_time(self) -> time | None:
        """The time of day of the summary; None when there is none."""
        return time.fromisoformat(self.digest_at) if self.digest_at else None
