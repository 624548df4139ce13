"""The store goes away and comes back: 503 with Retry-After and never a 2xx meanwhile, then healed without a restart."""

import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from bench.deliveries import creations
from bench.serving import Site
from tools import services

log = logging.getLogger("faults")

ANSWER_SECONDS = 6.0
HEAL_SECONDS = 5.0
CLIENTS = 12
"""More than the server has threads, so that the queue before them counts too."""


@dataclass
class Asked:
    """One delivery that was posted: when, how long it took, what was said."""

    at: float
    took: float
    status: int
    retry_after: str
    number: int


@dataclass
class Prober:
    """Clients that post new deliveries all the time, and one that reads a page."""

    site: Site
    asked: list[Asked] = field(default_factory=list)
    pages: list[Asked] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator["Prober"]:
        threads = [threading.Thread(target=self._post, args=(number,)) for number in range(CLIENTS)] + [threading.Thread(target=self._read)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _post(self, client: int) -> None:
        for body in creations(100_000, first=client * 100_000):
            if self._stop.wait(0.1):
                return
            began = time.monotonic()
            try:
                status, headers, answer = self.site.post(body)
            except (OSError, HTTPException):
                status, headers, answer = 0, {}, b""
            number = json.loads(answer)["id"] if status == 200 else 0
            self.asked.append(Asked(began, time.monotonic() - began, status, headers.get("retry-after", ""), number))

    def _read(self) -> None:
        while not self._stop.wait(0.2):
            began = time.monotonic()
            try:
                status = self.site.get("/consultation", seconds=20)[0]
            except (OSError, HTTPException):
                status = 0
            self.pages.append(Asked(began, time.monotonic() - began, status, "", 0))

    def between(self, start: float, end: float) -> list[Asked]:
        """What was posted and answered inside this time."""
        return [asked for asked in list(self.asked) if start <= asked.at and asked.at + asked.took <= end]

    def healed_after(self, moment: float) -> float:
        """Seconds from then to the first 2xx; waits for it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            good = [asked.at + asked.took - moment for asked in list(self.asked) if asked.status == 200 and asked.at + asked.took > moment]
            if good:
                return min(good)
            time.sleep(0.05)
        pytest.fail("no delivery was accepted within 30 s after the cause had ended")


def ready(site: Site) -> tuple[int, str]:
    status, _, body = site.get("/readyz")
    return status, body.decode()


def wait_until_ready(site: Site, wanted: int, *, seconds: float = 10.0) -> str:
    deadline = time.monotonic() + seconds
    while (found := ready(site))[0] != wanted:
        assert time.monotonic() < deadline, f"/readyz stays {found}"
        time.sleep(0.1)
    return found[1]


def check(site: Site, break_it: Callable[[], None], mend_it: Callable[[], None], *, seconds: float, pages: bool = True) -> Prober:
    """The whole promise: before, during and after."""
    prober = Prober(site)
    with prober.running():
        deadline = time.monotonic() + 30
        while len([asked for asked in list(prober.asked) if asked.status == 200]) < CLIENTS:
            assert time.monotonic() < deadline, "nothing is accepted even before the fault"
            time.sleep(0.1)
        break_it()
        broken = time.monotonic()
        said = json.loads(wait_until_ready(site, 503))
        assert said["problems"]
        assert all(problem.endswith((".", "?")) for problem in said["problems"])
        time.sleep(max(0.0, broken + seconds - time.monotonic()))
        mending = time.monotonic()
        mend_it()
        mended = time.monotonic()
        healed = prober.healed_after(mended)
        wait_until_ready(site, 200, seconds=HEAL_SECONDS + 10)
    during = prober.between(broken, mending)
    slowest = max(asked.took for asked in prober.asked)
    log.warning("%d posted while away, slowest answer %.2f s, healed after %.2f s", len(during), slowest, healed)
    assert during, "nobody was answered while the store was away"
    assert {asked.status for asked in during} == {503}
    assert all(int(asked.retry_after) > 0 for asked in during)
    assert slowest < ANSWER_SECONDS
    assert healed < HEAL_SECONDS
    if pages:
        seen = [page for page in prober.pages if broken <= page.at <= mending]
        assert {page.status for page in seen} == {200}
    return prober


def stored(site: Site) -> set[int]:
    with sqlite3.connect(site.folder / "frontdesk.sqlite3") as connection:
        return {row[0] for row in connection.execute("SELECT id FROM inbox_message")}


@pytest.mark.parametrize("seconds", [8, pytest.param(60, marks=pytest.mark.soak)])
def test_a_database_that_another_process_locks(tmp_path: Path, seconds: int) -> None:
    site = Site(tmp_path / "site", MAIL_KINDS="nothing")
    with site.running():
        other = sqlite3.connect(site.folder / "frontdesk.sqlite3", isolation_level=None, timeout=20, check_same_thread=False)

        def lock() -> None:
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE inbox_message SET repeats = repeats WHERE id = 1")

        prober = check(site, lock, lambda: other.execute("ROLLBACK") and None, seconds=seconds)
        other.close()
        assert {asked.number for asked in prober.asked if asked.status == 200} <= stored(site)


def test_a_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or os.geteuid() != 0
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=120m", "tmpfs", folder], check=False, capture_output=True).returncode
    ):
        pytest.skip("a small tmpfs cannot be mounted here: that needs root")
    site = Site(folder / "site", MAIL_KINDS="nothing")
    site.log = tmp_path / "log"
    ballast = folder / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                file.close()
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 512)

    try:
        with site.running():
            prober = check(site, fill, ballast.unlink, seconds=4)
            assert {asked.number for asked in prober.asked if asked.status == 200} <= stored(site)
    finally:
        site.kill()
        subprocess.run(["umount", "-l", folder], check=False)


def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    """The server loses root's power to write anywhere, as a normal user; its process is replaced while the folder is closed."""
    setpriv = shutil.which("setpriv")
    plain = [] if os.geteuid() else [setpriv, "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-dac_override,-dac_read_search,-fowner"]
    if plain and setpriv is None:
        pytest.skip("root may write into any folder, and setpriv is not here to take that away")
    site = Site(tmp_path / "site", MAIL_KINDS="nothing")
    site.prefix = [str(word) for word in plain]
    with site.running():
        files = lambda: [path for path in site.folder.iterdir() if path.is_file()]  # noqa: E731 -- asked for twice, the files change

        def close() -> None:
            # A file that is open stays writable, and so what is written there stays good. A new process has to open it.
            for path in files():
                path.chmod(0o444)
            site.folder.chmod(0o555)
            os.kill(site.server_pid(), signal.SIGKILL)
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    if site.get("/healthz")[0] == 200:
                        return
                except (OSError, HTTPException):
                    time.sleep(0.1)

        def open_again() -> None:
            site.folder.chmod(0o755)
            for path in files():
                path.chmod(0o644)

        check(site, close, open_again, seconds=4)


def test_a_postgresql_server_that_is_stopped_hard(tmp_path: Path) -> None:
    try:
        with services.postgres_server(durable=True) as server:
            site = Site(tmp_path / "site", database_url=f"{server.url}postgres", MAIL_KINDS="nothing")
            with site.running():
                check(site, server.stop_hard, server.start, seconds=4)
    except services.Missing as missing:
        pytest.skip(str(missing))
