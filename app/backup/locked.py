"""A stream closed with a passphrase: pieces of one megabyte, each sealed (AES-256-GCM), with its place and whether it is the last in its nonce.

So a stream that was cut off, put together otherwise or changed anywhere does not open. The key is made from the passphrase with scrypt.
"""

import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.backup.errors import BadBackup

MAGIC = b"FRONTDESK LOCKED BACKUP 1\n"
SALT, PREFIX, TAG = 16, 7, 16
PIECE = 1024 * 1024


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, place: int, *, last: bool) -> bytes:
    return prefix + place.to_bytes(4, "big") + bytes([last])


class Locker:
    """Takes bytes and writes them closed; `close` writes the last piece and leaves the file open."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = secrets.token_bytes(SALT), secrets.token_bytes(PREFIX)
        self._file, self._cipher, self._place, self._waiting = file, _cipher(passphrase, salt), 0, bytearray()
        file.write(MAGIC + salt + self._prefix)

    def write(self, data: bytes) -> int:
        """Takes them over."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Pieces are written when they are whole."""

    def close(self) -> None:
        """The last piece."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._prefix, self._place, last=last), piece, None))
        self._place += 1


class Unlocker:
    """Reads what a `Locker` wrote. Raises `BadBackup` where it does not open."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        head = file.read(len(MAGIC) + SALT + PREFIX)
        self._file, self._prefix, self._place, self._ready = file, head[-PREFIX:], 0, b""
        self._cipher = _cipher(passphrase, head[len(MAGIC) : len(MAGIC) + SALT])
        self._next: bytes = file.read(PIECE + TAG)

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end only."""
        parts, found = [self._ready], len(self._ready)
        while (size < 0 or found < size) and self._next:
            parts.append(piece := self._open())
            found += len(piece)
        whole = b"".join(parts)
        cut = len(whole) if size < 0 else size
        self._ready = whole[cut:]
        return whole[:cut]

    def _open(self) -> bytes:
        sealed, self._next = self._next, self._file.read(PIECE + TAG)
        try:
            piece = self._cipher.decrypt(_nonce(self._prefix, self._place, last=not self._next), sealed, None)
        except InvalidTag:
            raise BadBackup("The passphrase is another one, or the file is damaged.") from None
        self._place += 1
        return piece
