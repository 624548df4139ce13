"""What signing in leaves behind is removed when it can mean nothing any more. The acts stay."""

from app.accounts import guesses, links, sessions
from app.db import transaction


def forget_old() -> None:
    """Removes old sessions, links and guesses."""
    with transaction() as session:
        for part in (sessions, links, guesses):
            part.forget_old(session)
