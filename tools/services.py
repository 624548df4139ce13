"""PostgreSQL and Redis of our own for the tests: on loopback, in a temporary folder, gone afterwards.

`python -m tools.services --get` installs them with apt where that is ours to do (root on Debian). Elsewhere the tests
that need them are skipped with the reason that `Missing` gives.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.packages import apt_install, may_install

PATIENCE_SECONDS = 20.0


class Missing(Exception):
    """The service is not on this machine, or cannot be started; the text says what to do."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_folder() -> Path | None:
    """Where `initdb` and `pg_ctl` are; they are rarely on PATH."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]), reverse=True)
    return newest_first[0].parent if newest_first else None


class Postgres:
    """A running PostgreSQL server that can be stopped hard and started again."""

    def __init__(self, folder: Path, port: int, *, durable: bool) -> None:
        programs = postgres_folder()
        if programs is None:
            raise Missing("PostgreSQL is not installed: apt-get install postgresql, then run again")
        root = os.geteuid() == 0
        if root and shutil.which("runuser") is None:
            raise Missing("PostgreSQL refuses to run as root and runuser is missing: run the tests as another user")
        if root:
            shutil.chown(folder, "postgres")
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
        self._folder = folder
        self._programs = programs
        self._become = ["runuser", "-u", "postgres", "--"] if root else []
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        if not durable:
            self._options += " -c fsync=off -c full_page_writes=off"
        data = str(folder / "data")
        self._control = [*self._become, str(programs / "pg_ctl"), "-D", data]
        _run([*self._become, str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"], folder)

    def start(self) -> None:
        """Starts it and returns when it answers."""
        _run([*self._control, "-o", self._options, "-l", str(self._folder / "log"), "-w", "start"], self._folder)

    def processes(self) -> list[int]:
        """The numbers of the server's processes: the first is the parent of all others."""
        first = int((self._folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split())]

    def stop_hard(self) -> None:
        """Stops it as a power cut would: no goodbye to anybody, recovery at the next start."""
        subprocess.run([*self._control, "-m", "immediate", "-w", "stop"], cwd=self._folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[Postgres]:
    """A PostgreSQL server of our own; without `durable` it is faster and would not survive a power cut."""
    # In /tmp, because the path of a socket must stay short.
    with tempfile.TemporaryDirectory(prefix="fd-pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        server = Postgres(Path(name), free_port(), durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop_hard()


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL server, without the name of a database: `postgresql+psycopg://postgres@127.0.0.1:5433/`."""
    with postgres_server(durable=False) as server:
        yield server.url


@contextmanager
def redis() -> Iterator[str]:
    """The URL of an empty Redis server."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("Redis is not installed: apt-get install redis-server, then run again")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="fd-redis-", ignore_cleanup_errors=True) as folder:
        server = subprocess.Popen(
            [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for_port(port, server)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)


def wait_for_port(port: int, process: subprocess.Popen[bytes] | None = None, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Returns as soon as somebody listens. Raises `Missing` when nobody does in time, or when the process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise Missing(f"{Path(str(process.args[0] if isinstance(process.args, list) else process.args)).name} ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Missing(f"nobody listens on port {port} after {seconds:.0f} s")


def _run(command: list[str], folder: Path) -> None:
    # To a file and not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
    with (folder / "said").open("a+", encoding="utf-8") as said:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, check=False)
        said.seek(0)
        if done.returncode:
            raise Missing(f"{Path(command[-1]).name} failed: {said.read().strip()[-500:]}")


def missing_packages() -> dict[str, str]:
    """Debian's name of what is not here, and what it is for."""
    wanted = {
        "postgresql": (postgres_folder(), "the tests on PostgreSQL"),
        "redis-server": (shutil.which("redis-server"), "the tests with Redis"),
        "npm": (shutil.which("npm"), "the browser tests with Cal.com's own embed script"),
        "systemd": (shutil.which("systemd-analyze"), "the tests of the units in deploy/systemd"),
    }
    return {name: purpose for name, (found, purpose) in wanted.items() if not found}


def main(arguments: list[str]) -> int:
    """The command: installs what is missing where that is ours to do, says what is still not there."""
    missing = missing_packages()
    if missing and "--get" in arguments and may_install():
        apt_install(*missing)
        missing = missing_packages()
    for name, purpose in missing.items():
        print(f"{name} is not installed: {purpose} cannot run (as root on Debian and Ubuntu: apt-get install {name}).", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
