"""Requests that are broken below the body, on the wire of a real server: an answer or a closed line, never a dead worker."""

import socket
import sqlite3
import time
from collections.abc import Iterator

import pytest

from app.calcom.webhook import SIGNATURE_HEADER, sign
from bench.deliveries import creations
from bench.serving import SECRET, Site

BODY = next(creations(1))
SIGNED = f"{SIGNATURE_HEADER}: {sign(SECRET, BODY)}\r\n".encode()
HEAD = b"POST /webhooks/calcom HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
SIZE = str(len(BODY)).encode()
CHUNK = f"{len(BODY):x}".encode() + b"\r\n" + BODY + b"\r\n0\r\n\r\n"

REFUSED = {
    "a length that is no number": HEAD + SIGNED + b"Content-Length: twelve\r\n\r\n" + BODY,
    "a negative length": HEAD + SIGNED + b"Content-Length: -5\r\n\r\n" + BODY,
    "two lengths": HEAD + SIGNED + b"Content-Length: 5\r\nContent-Length: " + SIZE + b"\r\n\r\n" + BODY,
    "a length far beyond what is taken": HEAD + SIGNED + b"Content-Length: 99999999999\r\n\r\n",
    "a length too short, so that the signature is wrong": HEAD + SIGNED + b"Content-Length: 10\r\n\r\n" + BODY,
    "no length at all": HEAD + SIGNED + b"\r\n" + BODY,
    "length and chunks together": HEAD + SIGNED + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK,
    "chunks of no size": HEAD + SIGNED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY,
    "a chunk that ends before its size": HEAD + SIGNED + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc\r\n0\r\n\r\n",
    "an unknown transfer coding": HEAD + SIGNED + b"Transfer-Encoding: snappy\r\n\r\n" + BODY,
    "a header without a name": HEAD + b": x\r\n" + SIGNED + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
    "a NUL in a header": HEAD + b"X-A: a\x00b\r\n" + SIGNED + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
    "a header of a megabyte": HEAD + b"X-A: " + b"a" * 1_000_000 + b"\r\n" + SIGNED + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
    "ten thousand headers": HEAD + b"X-A: a\r\n" * 10_000 + b"\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "a method nobody knows": HEAD.replace(b"POST", b"BREW") + SIGNED + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
    "an endless address": b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "half a request": HEAD + SIGNED + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY[: len(BODY) // 2],
    "half a header": HEAD[:40],
}
TAKEN = {
    "chunks": HEAD + SIGNED + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK,
    "a length": HEAD + SIGNED + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("wire") / "site", MAIL_KINDS="nothing").running() as running:
        yield running


def said(site: Site, request: bytes, *, slowly: bool = False) -> bytes:
    """Everything that comes back until the line is closed; the sender says that it has finished."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=15) as line:
        try:
            if slowly:
                for place in range(0, len(request), 64):
                    line.sendall(request[place : place + 64])
                    time.sleep(0.005)
            else:
                line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            answer = b""
            while part := line.recv(65536):
                answer += part
        except OSError:  # closed before all of it was sent
            return b""
        return answer


def rows(site: Site) -> int:
    with sqlite3.connect(site.folder / "frontdesk.sqlite3") as connection:
        return int(connection.execute("SELECT count(*) FROM inbox_message").fetchone()[0])


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_request_leaves_no_row_and_the_server_alive(site: Site, name: str) -> None:
    before, pid = rows(site), site.server_pid()
    answer = said(site, REFUSED[name])
    status = int(answer.split()[1]) if answer else 400
    assert 400 <= status < 500 or (status, name) == (501, "an unknown transfer coding"), answer[:200]  # RFC 9112, 6.1
    assert (rows(site), site.server_pid()) == (before, pid)
    assert site.get("/healthz")[0] == 200


@pytest.mark.parametrize("slowly", [False, True])
@pytest.mark.parametrize("name", TAKEN)
def test_what_is_only_unusual_is_taken(site: Site, name: str, slowly: bool) -> None:
    assert said(site, TAKEN[name], slowly=slowly).startswith(b"HTTP/1.1 200")
    assert rows(site) == 1
