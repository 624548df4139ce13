"""Finds Caddy for the tests of `deploy/Caddyfile`, and gets it when it is not there: `python -m tools.proxy [--get]` prints its path.

Debian's package is fetched and unpacked into `.cache/`, not installed: installed, it would begin to serve port 80 of the machine.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.packages import apt_update, may_install

UNPACKED = Path(__file__).resolve().parent.parent / ".cache" / "caddy"
CHOICES = "caddy was not found: the tests of the proxy cannot run (on Debian and Ubuntu, as root: apt-get install caddy)."
PATIENCE_SECONDS = 120


def find() -> Path | None:
    """Where it is; None when it is not here. `CADDY_PATH` names another one than that of the system."""
    for path in (os.environ.get("CADDY_PATH"), shutil.which("caddy"), UNPACKED / "usr" / "bin" / "caddy"):
        if path and Path(path).is_file():
            return Path(path)
    return None


def get() -> Path | None:
    """The same, unpacked if need be and where that is ours to do."""
    found = find()
    if found is None and may_install() and shutil.which("dpkg-deb"):
        apt_update()
        with tempfile.TemporaryDirectory() as folder:
            if _did("apt-get", "download", "-q", "caddy", folder=folder):
                UNPACKED.mkdir(parents=True, exist_ok=True)
                for package in Path(folder).glob("caddy_*.deb"):
                    _did("dpkg-deb", "-x", str(package), str(UNPACKED), folder=folder)
        found = find()
    return found


def _did(*command: str, folder: str) -> bool:
    # _apt, who would fetch, may not write into a folder of root; apt then fetches as root and says so, which is nobody's concern here.
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """The command."""
    found = get() if "--get" in arguments else find()
    print(found or CHOICES, file=sys.stdout if found else sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
