"""The secret scan: finds what it should, and finds nothing in this repository."""

from pathlib import Path

import pytest

from tools import secret_scan

PLANTED = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "Cal.com API key": "cal_live_" + "0123456789abcdef" * 2,
    "Stripe key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "webhook secret": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "GitHub token": "ghp_" + "a1B2c3D4" * 5,
    "AWS key": "AKIA" + "IOSFODNN7EXAMPLE",
    "password in a URL": "postgresql://desk:" + "Tr0ub4dor@db.example.com/desk",
    "machine path": "/home" + "/somebody/project",
    "personal address": "some.body@" + "gmail.com",
    "value that looks like a secret": 'MAIL_PASSWORD = "' + "x7Gq2ZpL9vRt4KsWmB1nYc" + '"',
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_with_its_line(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "settings.py"
    path.write_text(f"first = 1\nvalue: {PLANTED[kind]}\n", encoding="utf-8")
    assert secret_scan.main([str(path)]) == 1
    assert f"{path}:2: {kind}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    [
        "SECRET_KEY=",
        'SECRET_KEY = "k" * 40',
        "SECRET_KEY is missing: set it to at least 32 random characters",
        "token = secrets.token_urlsafe(48)",
        "password: str = Field(default=...)",
        "postgresql+psycopg://user:password@host/name",
        "hello@example.com",
        "~/.config",
    ],
)
def test_harmless_lines_pass(line: str) -> None:
    assert secret_scan.kinds_in(line) == []


def test_a_line_that_is_meant_says_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(f"{PLANTED['AWS key']} <!-- secret-scan: allow, the example of the vendor's manual -->\n", encoding="utf-8")
    assert list(secret_scan.scan([path])) == []


def test_a_binary_file_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    assert list(secret_scan.scan([path])) == []


def test_the_tree_is_clean() -> None:
    paths = secret_scan.tree()
    assert len(paths) > 100
    assert [str(finding) for finding in secret_scan.scan(paths)] == []
