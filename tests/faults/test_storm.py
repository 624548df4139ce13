"""The storm of `bench/storm.py`: kills at random moments, nothing lost, invented or doubled."""

import subprocess
import sys

import pytest

from bench.serving import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "bench/storm.py", *arguments], cwd=ROOT, text=True, capture_output=True, check=False)


def test_a_few_kills_lose_invent_and_double_nothing() -> None:
    done = run("--short", "--seed", "11")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_fifty_kills_and_twenty_thousand_acknowledgements(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():  # progress is shown as it comes
        done = subprocess.run([sys.executable, "bench/storm.py", "--database", database], cwd=ROOT, check=False)
    assert done.returncode == 0
