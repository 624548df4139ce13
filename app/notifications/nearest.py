"""Of several reminders that are due together only the one nearest to the meeting goes out.

They come together when a worker was away for a day, or when two steps fall on the same minute. "Tomorrow at ten" beside
"in an hour" is what people call spam, so the older one is skipped, with the reason on its row.
"""

from collections.abc import Sequence
from datetime import datetime

from app.outbox.models import OutboxMessage, OutboxState
from app.outbox.queries import Due

_GONE = (OutboxState.SENT, OutboxState.UNKNOWN)
_COUNTS = (*_GONE, OutboxState.SENDING, OutboxState.PLANNED, OutboxState.RETRYING)


def nearer(message: OutboxMessage, others: Sequence[Due], *, at: datetime) -> str:
    """Why this reminder must not go out at that moment beside the others of its booking; empty when it may."""
    same = [other for other in others if other.start == message.data.get("start") and other.state in _COUNTS and other.due_at <= at]
    nearest = max(same, key=lambda other: (other.due_at, other.id), default=None)
    if nearest is None or (nearest.due_at, nearest.id) <= (message.due_at, message.id):
        return ""
    return f"overtaken: {nearest.kind} is nearer to the meeting and {'has gone out' if nearest.state in _GONE else 'is due as well'}"
