"""A delivery that the site sends to itself, to see whether deliveries arrive. It says nothing about any booking.

It is no sign of life of Cal.com: whoever asks when the last delivery came must not be told about this one.
"""

import json
import secrets

from app import clock

TRIGGER = "FRONTDESK_ROUND_TRIP"


def round_trip() -> bytes:
    """The body of a round trip; no two are the same, so that each is a row of its own."""
    payload = {"type": "Test", "title": "This site to itself, through its public address", "nonce": secrets.token_hex(16)}
    return json.dumps({"triggerEvent": TRIGGER, "createdAt": clock.now().isoformat(), "payload": payload}).encode()
