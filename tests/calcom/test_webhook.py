"""The signature, against the published vector and against every captured delivery."""

from collections.abc import Callable
from typing import Any

import pytest

from app.calcom.webhook import matching_secret, sign

VECTOR_BODY = '{"triggerEvent":"PING","createdAt":"2026-03-02T09:00:00.123Z","payload":{"type":"Test","title":"Prüfung"}}'.encode()
VECTOR = "a0503911fbd2f178b2ede9f0b0ab4b5b76ef5e6a593f69518bf692ee914cf49b"


def test_the_known_vector_is_reproduced() -> None:
    assert sign("example-secret", VECTOR_BODY) == VECTOR


def test_every_captured_signature_matches_its_body(captured: Callable[[int], dict[str, Any]], captured_numbers: list[int]) -> None:
    checked = 0
    for number in captured_numbers:
        delivery = captured(number)
        signature = delivery["headers"].get("x-cal-signature-256")
        if delivery["secret"] and signature != "no-secret-provided":
            assert matching_secret(["another-secret", delivery["secret"]], delivery["body"].encode(), signature) == 1
            checked += 1
    assert checked > 50


@pytest.mark.parametrize(
    "signature",
    [None, "", "no-secret-provided", VECTOR.upper(), f"sha256={VECTOR}", f"{VECTOR},{VECTOR}", VECTOR[:-1], VECTOR + "0", VECTOR[:-1] + "é", "0" * 64],
)
def test_anything_but_the_exact_signature_is_refused(signature: str | None) -> None:
    assert matching_secret(["example-secret"], VECTOR_BODY, signature) is None


def test_without_a_secret_nothing_matches() -> None:
    assert matching_secret([], VECTOR_BODY, sign("", VECTOR_BODY)) is None
