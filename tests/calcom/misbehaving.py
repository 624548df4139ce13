"""A real HTTP server on loopback that answers as it is told, byte by byte, and remembers what it was asked."""

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Behaviour = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: int = 200, body: Any = None, **headers: str) -> Behaviour:
    """A complete answer; anything but bytes and text is sent as JSON."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(raw))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} Whatever\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    return lambda line: line.sendall(head.encode() + raw)


def good(data: Any, **headers: str) -> Behaviour:
    return answer(200, {"status": "success", "data": data}, **headers)


def silence(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.recv(1)


def drip(line: socket.socket) -> None:
    """Headers at once, then a byte every tenth of a second, for ever: each of them in time."""
    with contextlib.suppress(OSError):
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            line.sendall(b" ")
            time.sleep(0.1)


def drip_headers(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            line.sendall(b"x")
            time.sleep(0.1)


def reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def hang_up(line: socket.socket) -> None:
    line.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"status":')


def packed(raw: bytes, *, keep: float = 1.0) -> Behaviour:
    """A gzip body, or only its first part, with a length that fits."""
    whole = gzip.compress(raw)
    return answer(200, whole[: int(len(whole) * keep)], Content_Encoding="gzip")


class Server:
    """`server.will(a, b)`: the next requests are answered so, all further ones like the last."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/v2"
        self.asked: list[Asked] = []
        self._plan: list[Behaviour] = [good(None)]
        self._lines: list[socket.socket] = []
        self._guard = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def will(self, *behaviours: Behaviour) -> None:
        self._plan = list(behaviours)

    @property
    def targets(self) -> list[str]:
        return [f"{one.method} {one.target.partition('?')[0]}" for one in self.asked]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who accepts
        self._listening.close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as reading, contextlib.suppress(OSError):
            while True:
                first = reading.readline().decode("latin-1").split()
                if len(first) < 2:
                    return
                headers = {}
                while text := reading.readline().decode().strip():
                    name, _, value = text.partition(": ")
                    headers[name.lower()] = value
                body = reading.read(int(headers.get("content-length", "0")))
                with self._guard:
                    self.asked.append(Asked(first[0], first[1], headers, body))
                    behaviour = self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
                behaviour(line)
                if behaviour in (silence, drip, drip_headers, reset, hang_up):
                    return


@contextlib.contextmanager
def misbehaving() -> Iterator[Server]:
    """The server, as long as the block lasts."""
    server = Server()
    try:
        yield server
    finally:
        server.close()
