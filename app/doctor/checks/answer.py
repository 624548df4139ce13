"""What it means for a check when Cal.com's API does not answer as asked."""

from collections.abc import Callable

from app.calcom.errors import CalcomError
from app.doctor.finding import Finding, off

NOT_NOW = "Cannot be looked at: Cal.com's API did not answer as asked."


def asked(judge: Callable[[], Finding]) -> Finding:
    """The finding, or that it cannot be had; what is wrong with the API is said once, by the checks of the API."""
    try:
        return judge()
    except CalcomError:
        return off(NOT_NOW, "See the check of the API key.")
