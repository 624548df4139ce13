"""Prints the versions of `uv.lock` as constraints for pip, so that an install without uv gets the same packages."""

import tomllib
from collections import Counter
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "uv.lock"


def constraints(lock: Path = LOCK) -> list[str]:
    """`name==version` for each package from an index; one that is locked in several versions is left to pip."""
    packages = [package for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"] if "registry" in package["source"]]
    seen = Counter(package["name"] for package in packages)
    return sorted(f"{package['name']}=={package['version']}" for package in packages if seen[package["name"]] == 1)


if __name__ == "__main__":
    print("\n".join(constraints()))
