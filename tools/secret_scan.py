"""Looks for secrets in the tree: `python -m tools.secret_scan [FILE…]` ends with 1 and names file, line and kind.

Every file that git knows or would add is read. Besides the shapes of well-known keys it finds values that are given to
names like `password` and look random, machine paths and private registries, which are not secrets but do not belong in
a repository either. A line that is meant says so with `secret-scan: allow` and the reason.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALLOW = "secret-scan: allow"
GENERATED = frozenset({"uv.lock"})
"""Hashes, and nothing that a person writes."""
SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "Cal.com API key": r"\bcal_(?:live_|test_)?[0-9a-f]{24,}\b",
    "Stripe key": r"\b[sr]k_(?:live|test)_[0-9A-Za-z]{16,}",
    "webhook secret": r"\bwhsec_[0-9A-Za-z+/=_-]{16,}",
    "GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{30,}|\bgithub_pat_[0-9A-Za-z_]{40,}",
    "GitLab token": r"\bglpat-[0-9A-Za-z_-]{18,}",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "SendGrid key": r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}",
    "Sentry DSN": r"https://[0-9a-f]{32}@[a-z0-9.-]+/\d+",
    "JSON web token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.",
    "password in a URL": r"\b[a-z][a-z0-9+]*://[^\s/:@\"'<>{}$]+:(?!password@|secret@|\.\.\.@|…@)[^\s/@\"'<>{}$]{3,}@",
    "machine path": r"(?<![\w.])/(?:home|Users)/[a-z][\w.-]*/|(?<![\w.])/root/[\w.]",
    "personal address": r"[\w.+-]+@(?:gmail|googlemail|yahoo|hotmail|outlook|icloud|proton|protonmail|gmx|web|aol|live|me)\.(?:com|net|de|me|org)\b",
}
ASSIGNED = re.compile(
    r"""(?ix) (?:secret|password|passwd|token|api_?key|private_?key)[a-z_]* ["']? \s* [:=]+ \s* ["']? (?P<value>[A-Za-z0-9+/=_.~-]{20,}) ["']?"""
)
RANDOM_BITS = 3.7
"""Bits a character from which a value counts as random; words and names stay below."""


@dataclass(frozen=True)
class Finding:
    """One place that should be looked at."""

    path: Path
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}"


def scan(paths: Iterable[Path]) -> Iterator[Finding]:
    """Every finding in these files; binary ones are passed over."""
    for path in paths:
        if path.name in GENERATED:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if ALLOW not in line:
                yield from (Finding(path, number, kind) for kind in kinds_in(line))


def kinds_in(line: str) -> list[str]:
    """What a line gives away."""
    found = [kind for kind, shape in SHAPES.items() if re.search(shape, line)]
    if any(_looks_random(match["value"]) for match in ASSIGNED.finditer(line)):
        found.append("value that looks like a secret")
    return found


def tree(root: Path = ROOT) -> list[Path]:
    """Every file that git knows or would add."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=True)
    return [root / name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()]


def _looks_random(value: str) -> bool:
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return False
    counts = Counter(value)
    return -sum(number / len(value) * math.log2(number / len(value)) for number in counts.values()) >= RANDOM_BITS


def main(arguments: list[str]) -> int:
    """The command."""
    paths = [Path(argument) for argument in arguments] or tree()
    findings = list(scan(paths))
    for finding in findings:
        print(finding)
    print(f"{len(paths)} files read, {len(findings)} findings.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
