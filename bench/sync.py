"""How many requests, how much time and memory it takes to bring a whole Cal.com account in, against a limit that is enforced.

Measures, on this machine: `flask calcom sync` in a process of its own on SQLite, asking a simulated Cal.com in another process
that counts requests and blocks whoever asks more than 120 a minute (its clock runs faster, so that minutes become seconds; the
proportions stay). First everything is brought in, then a cycle finds nothing, then rows change after every page while all is
read again, and at last every row is compared once more.

Targets: at most one request for each 249 rows and three more (405 for 100,000: the last row of a page is read again with the
next one), none refused by the limit; an idle cycle asks once per list (two lists); rows that change meanwhile are not lost; at
most 150 MB resident. Rows per second are only printed. `--short` takes fewer rows; `--rows N` any number (100,000 without either).
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.far import CalcomFar, calcom
from bench.serving import ROOT, SECRET, end_on_term

MANY, FEW, RESTLESS = 100_000, 800, 1_000
PER_PAGE, BESIDES, MEGABYTES, LISTS = 249, 3, 150.0, 2
SCALE = 10
"""How much faster the limit's clock runs: a minute becomes six seconds."""


class Here:
    """The site: only its database and its command."""

    def __init__(self, folder: Path, far: CalcomFar) -> None:
        self._environ = {
            "PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder / "here"), "SECRET_KEY": "k" * 40, "SITE_URL": "http://localhost",
            "CALCOM_LINK": "demo/intro", "CALCOM_WEBHOOK_SECRET": SECRET, "ADMIN_EMAIL": "owner@example.com", "LOG_LEVEL": "WARNING",
            "CALCOM_API_URL": f"{far.url}/v2", "CALCOM_API_KEY": "cal_demo",
        }  # fmt: skip
        self._log = folder / "here.log"
        (folder / "here").mkdir()
        subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, env=self._environ, check=True, capture_output=True)

    def sync(self, *options: str) -> tuple[dict[str, Any], float, float]:
        """The run as the command reports it, its seconds, and the most megabytes it held."""
        began = time.perf_counter()
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "calcom", "sync", "--json", *options], cwd=ROOT, env=self._environ, stdout=subprocess.PIPE, stderr=log
            )
            assert process.stdout is not None
            said = process.stdout.read()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
        return json.loads(said), time.perf_counter() - began, usage.ru_maxrss / 1024


def measure(rows: int) -> dict[str, float]:
    """Everything that is printed."""
    with tempfile.TemporaryDirectory() as folder, calcom(Path(folder)) as far:
        far.ask("PUT", "dials", clock_scale=SCALE)
        print(f"{rows:,} rows are laid down at the simulated Cal.com")
        far.ask("POST", "bulk", number=rows)
        here = Here(Path(folder), far)
        first, seconds, megabytes = here.sync()
        print(f"first: {said(first)}; {first['requests']} requests, {rows / seconds:.0f} rows a second, {megabytes:.0f} MB")
        here.sync()  # reads all that is upcoming, as once a day
        idle, _, _ = here.sync()
        print(f"idle: {said(idle)}; {idle['requests']} requests")
        refused = far.refused()
        lost, meanwhile = restless(min(rows, RESTLESS))
    return {
        "rows": rows, "requests": first["requests"], "refused": refused, "rows_per_second": rows / seconds, "seconds": seconds, "peak_mb": megabytes,
        "missed": rows - first["created"] - first["changed"], "idle_requests": idle["requests"], "idle_writes": idle["created"] + idle["changed"],
        "changed_meanwhile": meanwhile, "lost_meanwhile": lost,
    }  # fmt: skip


def restless(rows: int) -> tuple[int, int]:
    """Rows that differ after all was read while some changed after every page and once more looked for, and how many had changed."""
    with tempfile.TemporaryDirectory() as folder, calcom(Path(folder)) as far:
        far.ask("PUT", "dials", clock_scale=100, api_churn=3)
        far.ask("POST", "bulk", number=rows, seed=2)
        here = Here(Path(folder), far)
        first, _, _ = here.sync()
        far.ask("PUT", "dials", api_churn=0)
        after, _, _ = here.sync()
        again, _, _ = here.sync("--full")
        print(f"restless: {said(first)}; then {said(after)}; all compared once more: {said(again)}")
        return again["created"] + again["changed"] + again["gone"], 3 * first["requests"]


def said(run: dict[str, Any]) -> str:
    """The counts of a run in words."""
    return ", ".join(f"{run[name]:,} {name}" for name in ("created", "changed", "same", "ignored") if run[name])


def main() -> int:
    """Runs everything, prints it, and says by the exit status whether the targets hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--short", action="store_true", help="under a minute")
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    end_on_term()
    found = measure(options.rows or (FEW if options.short else MANY))
    print("RESULT " + " ".join(f"{name}={value:.6g}" for name, value in found.items()))
    allowed = math.ceil(found["rows"] / PER_PAGE) + BESIDES
    good = found["requests"] <= allowed and not found["refused"] and not found["missed"]
    good = good and found["idle_requests"] <= LISTS and not found["idle_writes"] and not found["lost_meanwhile"] and found["peak_mb"] <= MEGABYTES
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
