"""Why a mail did not leave, sorted by what to do next: try again later, or stop.

The reason is a plain sentence that may be stored and shown; it holds no address, no name and no text of the mail.
"""


class MailError(Exception):
    """A mail did not leave. `reason` says why in a sentence fit for the admin."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(MailError):
    """Not now: network, timeout, TLS, sign-in at the server, a 4xx answer. The same mail may leave later."""


class Rejected(MailError):
    """Never: the server refused for good (5xx), or the mail itself is not valid. Trying again would not help."""
