"""Rules about the source that no linter knows."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = sorted((ROOT / "app").rglob("*.py"))
SOURCES = [*APP, *sorted((ROOT / "tools").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py")), ROOT / "wsgi.py"]

LONGEST_FILE = 300
LONGEST_FUNCTION = 60
BANNED_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "stuff", "base"}
CAPS = {"noqa": 25, "type: ignore": 15, "no cover": 5}
"""How often a check may be switched off in app/. Each has its reason beside it. Lower a cap when you can."""
MARK = re.compile(r"#\s*(?P<kind>noqa|type:\s*ignore|pragma:\s*no cover)(?P<codes>(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)|\[[\w,\s-]+\])?(?P<rest>[^#]*)")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def marks(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Line, kind and whether a reason is given, of each comment that switches a check off."""
    for line, text in comments(path):
        for found in MARK.finditer(text):
            kind = "no cover" if "cover" in found["kind"] else "type: ignore" if found["kind"].startswith("type") else "noqa"
            reason = len(re.sub(r"[^A-Za-z]", "", text[found.end("codes") if found["codes"] else found.end("kind") :])) > 5
            yield line, kind, reason


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{node.name} in {name_of(path)}"


def test_create_app_is_a_table_of_contents() -> None:
    tree = ast.parse((ROOT / "app" / "__init__.py").read_text(encoding="utf-8"))
    (factory,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert factory.name == "create_app"
    assert (factory.end_lineno or 0) - factory.lineno < 40


def test_a_module_is_named_for_what_it_knows() -> None:
    for path in APP:
        assert not BANNED_NAMES & {path.stem, path.parent.name}, name_of(path)


@pytest.mark.parametrize("kind", CAPS)
def test_checks_are_rarely_switched_off(kind: str) -> None:
    found = [f"{name_of(path)}:{line}" for path in APP for line, what, _ in marks(path) if what == kind]
    assert len(found) <= CAPS[kind], found


def test_whoever_switches_a_check_off_says_why() -> None:
    for path in SOURCES:
        # A comment may switch off two checks for one reason; the last one then carries it.
        silent = {line for line, _, reason in marks(path) if not reason}
        assert not silent, f"{name_of(path)}: lines {sorted(silent)} give no reason"


def test_nothing_is_left_for_later() -> None:
    for path in [*SOURCES, *sorted((ROOT / "app").rglob("*.html")), *sorted((ROOT / "app").rglob("*.js")), *sorted((ROOT / "app").rglob("*.css"))]:
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text(encoding="utf-8")), name_of(path)


def test_imports_inside_functions_are_explained() -> None:
    for path in APP:
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for function in ast.walk(ast.parse(text)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    assert "PLC0415 -- " in lines[node.lineno - 1], f"{name_of(path)}:{node.lineno}"


def test_only_the_clock_reads_the_time() -> None:
    for path in APP:
        if path.name != "clock.py":
            assert not re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(", path.read_text(encoding="utf-8")), name_of(path)


def test_a_transaction_opens_only_at_the_edge() -> None:
    edge = {"web", "cli"}
    inside = {
        "browsing/retention.py",
        "config_as_code/drift.py",
        "inbox/again.py",
        "inbox/process.py",
        "inbox/retention.py",
        "outbox/again.py",
        "outbox/deliver.py",
        "outbox/daily.py",
        "outbox/lease.py",
        "outbox/pen.py",
        "alarms/watch.py",
        "doctor/kept.py",
        "desk/carry_out.py",
        "desk/verify.py",
        "accounts/house.py",
        "reception/attempts.py",
        "reception/book.py",
        "sync/catalogue.py",
        "sync/reconcile.py",
        "sync/runs.py",
        "calcom/managed_users.py",
        "secrets/api_key.py",
        "secrets/sealed.py",
        "secrets/webhook.py",
        "errands.py",
        "db.py",
    }
    for path in APP:
        place = path.relative_to(ROOT / "app")
        if place.parts[0] not in edge and str(place) not in inside:
            assert not re.search(r"^ *(async )?with transaction\(", path.read_text(encoding="utf-8"), re.MULTILINE), name_of(path)
