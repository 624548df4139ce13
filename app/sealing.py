"""Secrets of others at rest: sealed with a key that is derived from SECRET_KEY, and opened with earlier ones as well.

The key is not SECRET_KEY itself, so that what signs sessions never encrypts data. After a change of SECRET_KEY (with the
old one in SECRET_KEY_FALLBACKS) everything still opens; `fresh` tells what to seal anew. A seal that no key opens is
not an error of the program: the caller gets None and fetches the secret again.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROUNDS = 200_000
"""Of the digest that recognises a secret: so many that a short one cannot be guessed from a copy of the database."""


class Seal:
    """Closes and opens texts with one purpose; what was sealed for another purpose does not open."""

    def __init__(self, keys: Sequence[str], *, purpose: str) -> None:
        """`keys`: the present one first, then earlier ones."""
        self._fernets = [Fernet(_derived(key, purpose)) for key in keys]

    def __repr__(self) -> str:
        return f"Seal({len(self._fernets)} keys)"

    def close(self, text: str) -> str:
        """The text, unreadable; another one each time."""
        return self._fernets[0].encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None when no key of ours closed it."""
        try:
            return MultiFernet(self._fernets).decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def fresh(self, sealed: str) -> bool:
        """Whether the present key closed it."""
        try:
            self._fernets[0].decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


def _derived(key: str, purpose: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"frontdesk " + purpose.encode())
    return base64.urlsafe_b64encode(derive.derive(key.encode()))


@lru_cache(maxsize=64)
def footprint(name: str, value: str) -> str:
    """A digest that recognises the value of a setting and does not give it away; slow (some hundredths of a second), then remembered."""
    # Not scrypt: its 16 MB stay with the process for good, and each worker would carry them.
    return hashlib.pbkdf2_hmac("sha256", value.encode(), f"frontdesk:{name}".encode(), ROUNDS, dklen=16).hex()
