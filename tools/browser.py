"""Finds a browser for the tests, and gets one when there is none: `python -m tools.browser [--get]` prints its path.

First hit wins: `$CHROMIUM_PATH`; Playwright's own build; a Chromium or Chrome of the system that answers `--version`
(a snap stub does not); with `--get` Debian's package when we are root, then Playwright's download. It never gives up
silently: without a browser it ends with status 1 and the commands to choose from.

The headless shell comes first, and is got where the system has it: the same browser without its windows, in which the
tests need a third less time.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.packages import apt_install, is_known, may_install

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
CHOICES = """No browser for the tests was found. Choose one of these and run again:
  apt-get update && apt-get install -y chromium-headless-shell   (Debian, as root)
  .venv/bin/python -m playwright install chromium                (any system; needs Playwright's download host)
  CHROMIUM_PATH=/path/to/chrome make test                        (a Chromium or Chrome that is already there)"""
PATIENCE_SECONDS = 30


class NoBrowser(Exception):
    """There is none; the text lists the ways to get one."""


def find() -> Path | None:
    """A browser that answers `--version`, or None. Raises `NoBrowser` when `CHROMIUM_PATH` names one that does not."""
    if wanted := os.environ.get("CHROMIUM_PATH"):
        if _answers(Path(wanted)):
            return Path(wanted)
        raise NoBrowser(f"CHROMIUM_PATH names {wanted}, which does not answer --version: correct it or remove it.")
    own = _playwrights_own()
    if own is not None and _answers(own):
        return own
    for name in NAMES:
        path = shutil.which(name)
        if path and _answers(Path(path)):
            return Path(path)
    return next((Path(app) for app in MAC_APPS if _answers(Path(app))), None)


def get() -> Path:
    """A browser, installed if need be. Raises `NoBrowser` with the commands to choose from."""
    found = find()
    if may_install() and (found is None or (found.name in NAMES[1:] and is_known(SHELL))):
        apt_install(SHELL, "fonts-liberation")
        found = find()
    if found is None and may_install():
        apt_install("chromium")
        found = find()
    if found is None:
        _download()
        found = find()
    if found is None:
        raise NoBrowser(CHOICES)
    return found


def version(path: Path) -> str:
    """What the browser calls itself, such as `Chromium 140.0.7339.80`."""
    said = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
    return said.stdout.strip()


def _answers(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        return bool(version(path))
    except (OSError, subprocess.SubprocessError):
        return False


def _playwrights_own() -> Path | None:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- the tests' package; the finder works without it

        with sync_playwright() as playwright:
            return Path(playwright.chromium.executable_path)
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, there may be another browser
        return None


def _download() -> None:
    extra = ["--with-deps"] if may_install() else []
    print("Getting a browser for the tests ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "playwright", "install", *extra, "chromium"], check=False, stdout=sys.stderr)


def main(arguments: list[str]) -> int:
    """The command."""
    try:
        found = get() if "--get" in arguments else find()
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    if found is None:
        print(CHOICES, file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
