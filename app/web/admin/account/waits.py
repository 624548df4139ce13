"""How long somebody has to wait, as people say it."""

import math


def minutes(seconds: int) -> str:
    """`1 minute`, `15 minutes`."""
    found = math.ceil(seconds / 60)
    return "1 minute" if found == 1 else f"{found} minutes"
