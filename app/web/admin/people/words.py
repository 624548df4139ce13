"""What things about a person are called."""

from collections.abc import Mapping

SEQUENCES: Mapping[str, str] = {
    "follow_up": "Mails after a meeting",
    "re_engagement": "Mails after a cancelled or missed meeting",
    "all": "Mails of any sequence, those to come included",
}
"""What people may leave; confirmations, reminders and notices of changes are service and are not left."""

HOW: Mapping[str, str] = {"link": "by the link in a mail", "one-click": "with one click in the mail program", "admin": "taken by staff"}


def subject(number: int) -> str:
    """How the audit names a person: by number, so that it never holds an address."""
    return f"person {number}"
