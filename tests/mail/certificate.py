"""A self-signed certificate for 127.0.0.1, made on the spot: no key lies in the repository, no program is needed."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

SHA256_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
RSA = bytes.fromhex("300d06092a864886f70d0101010500")
KEY_LABEL = "RSA {} KEY".format("PRIVATE")
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """The paths of a certificate and its key, valid for an hour."""
    first, second = _prime(), _prime()
    modulus, public, private = first * second, 65537, pow(65537, -1, (first - 1) * (second - 1))
    name = _tlv(0x30, _tlv(0x31, _tlv(0x30, bytes.fromhex("0603550403") + _tlv(0x0C, b"127.0.0.1"))))
    now = datetime.now(UTC)
    validity = _tlv(0x30, *(_tlv(0x17, f"{now + timedelta(hours=shift):%y%m%d%H%M%SZ}".encode()) for shift in (-1, 1)))
    key = _tlv(0x30, RSA, _tlv(0x03, b"\0" + _tlv(0x30, _integer(modulus), _integer(public))))
    alternative = _tlv(0x30, bytes.fromhex("0603551d11") + _tlv(0x04, _tlv(0x30, _tlv(0x87, bytes((127, 0, 0, 1))))))
    authority = _tlv(0x30, bytes.fromhex("0603551d130101ff") + _tlv(0x04, _tlv(0x30, b"\x01\x01\xff")))
    extensions = _tlv(0xA3, _tlv(0x30, alternative, authority))
    body = _tlv(0x30, bytes.fromhex("a003020102"), _integer(secrets.randbits(63)), SHA256_RSA, name, validity, name, key, extensions)
    size = (modulus.bit_length() + 7) // 8
    digest = SHA256_PREFIX + hashlib.sha256(body).digest()
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    signature = pow(int.from_bytes(padded), private, modulus).to_bytes(size)
    certificate = _tlv(0x30, body, SHA256_RSA, _tlv(0x03, b"\0" + signature))
    numbers = (0, modulus, public, private, first, second, private % (first - 1), private % (second - 1), pow(second, -1, first))
    return (
        _pem(folder / "certificate.pem", label="CERTIFICATE", content=certificate),
        _pem(folder / "key.pem", label=KEY_LABEL, content=_tlv(0x30, *map(_integer, numbers))),
    )


def _prime() -> int:
    while True:
        candidate = secrets.randbits(1024) | 3 << 1022 | 1
        if candidate % 65537 != 1 and all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes((size,)) if size < 128 else bytes((0x80 | (size.bit_length() + 7) // 8,)) + size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag,)) + length + content


def _pem(path: Path, *, label: str, content: bytes) -> Path:
    path.write_text(f"-----BEGIN {label}-----\n{base64.encodebytes(content).decode()}-----END {label}-----\n")
    return path
