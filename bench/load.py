"""A load generator that costs little itself: one process, one selector, connections that stay open."""

import selectors
import socket
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Load:
    """What came back: a status and a time in seconds for each request, in order of answer."""

    statuses: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers of 2xx per second."""
        return sum(200 <= status < 300 for status in self.statuses) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * share))] * 1000

    @property
    def p50(self) -> float:
        """Median in milliseconds."""
        return statistics.median(self.times) * 1000

    @property
    def failures(self) -> int:
        """Answers that were not 2xx."""
        return sum(not 200 <= status < 300 for status in self.statuses)


class _Lane:
    """One connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self.got = b""

    def send(self, request: bytes) -> None:
        self.got = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> int | None:
        """The status, once the whole answer is here."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.got += piece
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.got[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return int(self.got[9:12]) if len(self.got) >= end + 4 + length else None


def drive(port: int, requests: Iterable[bytes], *, connections: int) -> Load:
    """Sends every request, each on whichever connection is free, and waits for all answers."""
    load, waiting = Load(), iter(requests)
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        lanes = [lane for lane in (_Lane(port) for _ in range(connections)) if _next(lane, waiting)]
        for lane in lanes:
            selector.register(lane.socket, selectors.EVENT_READ, lane)
        busy = len(lanes)
        while busy:
            for key, _ in selector.select(60):
                lane = key.data
                status = lane.answer()
                if status is None:
                    continue
                load.times.append(time.perf_counter() - lane.began)
                load.statuses.append(status)
                if not _next(lane, waiting):
                    selector.unregister(lane.socket)
                    lane.socket.close()
                    busy -= 1
        load.seconds = time.perf_counter() - began
    return load


def _next(lane: _Lane, waiting: Iterator[bytes]) -> bool:
    request = next(waiting, None)
    if request is None:
        return False
    lane.send(request)
    return True
