"""Cal.com's webhook signature and envelope, without a socket.

Source: observed deliveries of Cal.com 5.2.14. The header `X-Cal-Signature-256` is the plain lower-case hex
HMAC-SHA256 over the raw body, without prefix or timestamp; without a secret it reads `no-secret-provided`.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

SIGNATURE_HEADER = "X-Cal-Signature-256"
_HEX = re.compile(r"[0-9a-f]{64}")


def sign(secret: str, body: bytes) -> str:
    """The signature Cal.com sends for this body: 64 lower-case hex digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def matching_secret(secrets: Sequence[str], body: bytes, signature: str | None) -> int | None:
    """The place in `secrets` of the one that signed the body, or None.

    Takes the same time whichever secret matches; anything but exactly 64 lower-case hex digits is refused.
    """
    if signature is None or not _HEX.fullmatch(signature):
        return None
    found: int | None = None
    for place, secret in enumerate(secrets):
        if hmac.compare_digest(sign(secret, body), signature) and found is None:
            found = place
    return found
