"""ical.js, run by node: a reader of calendar files that shares nothing with ours, installed once when a test first needs it."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / ".cache" / "ical.js"
VERSION = "2.2.1"
READER = Path(__file__).with_name("ical_js.mjs")


@cache
def node_modules() -> Path:
    """The folder that ical.js is in. Without node, npm or network the test is skipped, except in CI."""
    if not (FOLDER / "node_modules" / "ical.js").is_dir():
        why = "node or npm is not installed" if not (shutil.which("node") and shutil.which("npm")) else ""
        if not why:
            FOLDER.mkdir(parents=True, exist_ok=True)
            install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER), f"ical.js@{VERSION}"]
            done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=120)
            why = done.stderr.strip().splitlines()[-1] if done.returncode else ""
        if why:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"ical.js cannot be installed: {why}")
    return FOLDER / "node_modules"


def run(script: Path, said: Any) -> Any:
    """What a script says, as JSON, about what it is given as JSON."""
    done = subprocess.run(["node", str(script), str(node_modules())], input=json.dumps(said), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def entries(*files: bytes) -> list[dict[str, Any]]:
    """Every entry of these files: uid, start and end as moments, status, sequence, and what it says."""
    found: list[dict[str, Any]] = run(READER, [file.decode() for file in files])
    return found
