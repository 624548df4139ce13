"""Debian packages that the tests need, installed only where that is ours to do: as root, with apt."""

import os
import shutil
import subprocess
import sys


def may_install() -> bool:
    """Whether we are root on a machine with apt."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*names: str) -> bool:
    """Whether the packages are there now; what apt says goes to standard error."""
    print(f"Installing {' '.join(names)} with apt ...", file=sys.stderr)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]):
        done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    return done.returncode == 0
