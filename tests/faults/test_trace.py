"""By trace and not by trust: between the insert of a delivery and its 200 lies a completed sync of the write-ahead log."""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bench.deliveries import creations
from bench.load import drive
from bench.serving import Site, as_request
from tools import services

LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<at>[\d.]+) (?P<rest>.*)$")
FILE = re.compile(r"\((?P<number>\d+)<(?P<path>[^>]*)>")


@contextmanager
def traced(folder: Path, name: str, processes: Sequence[int]) -> Iterator[Path]:
    """The calls of these processes and of those that they start, written line by line; complete when the block has ended."""
    trace = folder / f"{name}.trace"
    calls = "trace=pwrite64,fdatasync,fsync,sendto,recvfrom,write"
    targets = [word for process in processes for word in ("-p", str(process))]
    command = ["strace", "-f", "-ttt", "-y", "-s", "120", "-e", calls, "-o", str(trace), *targets]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    reader = threading.Thread(target=tracer.stderr.read, daemon=True)
    try:
        if "attached" not in (said := tracer.stderr.readline()):
            pytest.skip(f"strace may not attach here: {said.strip()}")
        reader.start()
        time.sleep(0.5)
        yield trace
    finally:
        tracer.terminate()
        tracer.wait(20)
        if reader.is_alive():
            reader.join(5)
        tracer.stderr.close()


@pytest.mark.parametrize("count", [60, pytest.param(3000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_each_200_follows_a_sync_of_the_log_after_its_insert(tmp_path: Path, database: str, count: int) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace")
    with ExitStack() as stack:
        url = ""
        traces = []
        if database == "postgresql":
            try:
                server = stack.enter_context(services.postgres_server(durable=True))
            except services.Missing as missing:
                pytest.skip(str(missing))
            traces.append(stack.enter_context(traced(tmp_path, "server", server.processes())))
            url = f"{server.url}postgres"
        site = Site(tmp_path / "site", database_url=url, MAIL_KINDS="nothing")
        stack.enter_context(site.running())
        with traced(tmp_path, "site", [site.server_pid()]) as trace:
            load = drive(site.port, [as_request(body) for body in creations(count)], connections=8)
        traces.append(trace)
    assert load.failures == 0
    found = read_traces(traces)
    assert found.answers == count
    assert found.violations == []


def test_the_reader_of_the_trace_finds_an_answer_without_a_sync() -> None:
    wal, peer = "5</x/frontdesk.sqlite3-wal>", "9<socket:[1]>"
    calls = [
        f'recvfrom({peer}, "POST /webhooks',
        f"fdatasync({wal}) = 0",
        f'sendto({peer}, "HTTP/1.1 200 OK',
        f'recvfrom({peer}, "POST /',
        f'sendto({peer}, "HTTP/1.1 200',
    ]
    trace = Trace()
    for at, call in enumerate(calls):
        trace.read("1", float(at), call)
    assert (trace.answers, len(trace.violations)) == (2, 1)


class Trace:
    """What the server did, read line by line.

    A sync counts from its beginning: what was written before it began is on disk when it ends. So for each answer there
    must be a sync of the log that began after the request was read, and ended before the answer was sent.
    """

    def __init__(self) -> None:
        self.answers = 0
        self.violations: list[str] = []
        self._syncs: list[tuple[float, float]] = []
        self._begun: dict[str, float] = {}
        self._reading: dict[str, str] = {}
        self._asked: dict[str, float] = {}

    def read(self, pid: str, at: float, call: str) -> None:
        """Takes one line in."""
        file = FILE.search(call)
        path = file["path"] if file else ""
        if "sync" in call[:22]:
            self._sync(pid, at, call, path)
        elif call.startswith(("recvfrom(", "<... recvfrom resumed")):
            self._reading[pid] = path or self._reading.get(pid, "")
            if "POST /" in call:
                self._asked[self._reading[pid]] = at
        elif call.startswith("sendto(") and "HTTP/1.1 200" in call:
            self.answers += 1
            came = self._asked.pop(path, None)
            if came is None or not any(came < began and ended <= at for began, ended in reversed(self._syncs[-200:])):
                self.violations.append(call[:200])

    def _sync(self, pid: str, at: float, call: str, path: str) -> None:
        if path:
            self._begun.pop(pid, None)
            if path.endswith("frontdesk.sqlite3-wal") or "/pg_wal/" in path:
                self._begun[pid] = at
        if "unfinished" not in call and call.endswith("= 0") and pid in self._begun:
            self._syncs.append((self._begun.pop(pid), at))


def read_traces(paths: Sequence[Path]) -> Trace:
    """Several traces by one clock, as one."""
    lines = [found for path in paths for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if (found := LINE.match(line))]
    trace = Trace()
    for found in sorted(lines, key=lambda found: float(found["at"])):
        trace.read(found["pid"], float(found["at"]), found["rest"])
    return trace
