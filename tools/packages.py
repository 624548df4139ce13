"""Debian packages that the tests need, installed only where that is ours to do: as root, with apt."""

import os
import shutil
import subprocess
import sys


def may_install() -> bool:
    """Whether we are root on a machine with apt."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def is_known(name: str) -> bool:
    """Whether the lists of packages that are on this machine have this one."""
    return subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0


def apt_update() -> None:
    """The lists of packages are of today."""
    _apt("update", "-qq")


def apt_install(*names: str) -> bool:
    """Whether the packages are there now, each one if not all together; what apt says goes to standard error."""
    print(f"Installing {' '.join(names)} with apt ...", file=sys.stderr)
    apt_update()
    install = ("install", "-y", "-qq", "--no-install-recommends")
    if _apt(*install, *names):
        return True
    there = [_apt(*install, name) for name in names]  # one that a system does not know must not keep the others away
    return all(there)


def _apt(*words: str) -> bool:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *words], env=environ, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    return done.returncode == 0
