"""Why a mail did not leave, sorted by what to do next: try again later, or stop.

The reason is a plain sentence that may be stored and shown; it holds no address, no name and no text of the mail.
"""


class MailError(Exception):
    """A mail did not leave. `reason` says why in a sentence fit for the admin."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(MailError):
    """Not now: network, timeout, a 4xx answer. The same mail may leave later."""


class ServerAway(Unavailable):
    """Not now, and no other mail either: the server cannot be reached, is not trusted, or does not let us in."""

    def __init__(self, reason: str, *, host: str = "") -> None:
        super().__init__(reason)
        self.host = host


class Unsure(MailError):
    """It was handed over to the last byte and the answer never came: nobody can know whether it left."""


class Rejected(MailError):
    """Never: the server refused for good (5xx), or the mail itself is not valid. Trying again would not help."""
