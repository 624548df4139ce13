"""One happening in the story of a booking, as the page shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from app.web.admin.diff import Difference
from app.web.admin.way import Line


@dataclass(frozen=True)
class Entry:
    """One happening."""

    key: str
    kind: str
    """`delivery`, `change`, `read`, `mail`, `deed`, `note` or `browser`."""
    at: datetime
    title: str
    exact: str = ""
    """The exact term, for an operator."""
    number: int = 0
    run: int = 0
    """The comparison with Cal.com that caused it."""
    delivery: int = 0
    """The delivery that is it, or that caused it."""
    state: str = ""
    state_label: str = ""
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    recorded: int = 0
    """How many values the first delivery recorded, instead of differences."""
    body: str = ""
    text: str = ""
    """Of a note."""
    moments: list[Line] = field(default_factory=list)
    """What happened in the visitor's browser, one by one."""
    edit: int = 0
    """The note that the person who asks may change."""
    reasons: list[str] = field(default_factory=list)
    """Why it was not sent; among the notes as well."""
    folded: list["Entry"] = field(default_factory=list)
    """What it stands for, when it is several in one."""
