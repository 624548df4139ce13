"""Strangers' words end up in one harmless line."""

import time

import pytest

from app.mail.lines import one_line


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Alex\r\nBcc: x@example.net", "Alex Bcc: x@example.net"),
        ("  Alex \t\n  Example ", "Alex Example"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2067Alex\u2069\u200b", "Alex"),
        ("A\0l\x1b[31mex", "Al[31mex"),
        ("\ud800Alex", "Alex"),
        ("مرحبا", "مرحبا"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("e\u0301" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("", ""),
    ],
)
def test_control_direction_and_painting_characters_go_and_letters_stay(typed: str, shown: str) -> None:
    assert one_line(typed) == shown


def test_a_long_text_is_cut_at_the_limit_and_says_so() -> None:
    assert one_line("x" * 100_000, limit=20) == "x" * 19 + "…"


def test_a_huge_text_costs_no_time() -> None:
    begin = time.perf_counter()
    one_line("\u202e" * 5_000_000, limit=60)
    assert time.perf_counter() - begin < 0.5
