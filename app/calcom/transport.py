"""The wire to Cal.com's API: one session, ten seconds for everything, ten megabytes, no redirects, and a key that is never shown.

Decisions that stand here:

* A timeout of requests counts from byte to byte, so a server that sends one byte a second is never too late, and looking up a name
  has no timeout at all. So each call runs in a thread of its own; whoever asked leaves when the time is up, and the socket is shut
  down under the call, which ends it.
* The body is unpacked here, bit by bit, because the library takes a gzip stream that was cut off for a whole one.
* The key travels in a header that is set after redirects, netrc and logging had their chance; no exception carries the request.
"""

import json
import os
import re
import socket
import threading
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, SSLError

from app import preview
from app.calcom.calling import Broken
from app.calcom.errors import NotAllowed
from app.calcom.protocol import Call

LARGEST = 10 * 1024 * 1024
CHUNK = 64 * 1024
CONNECT_SECONDS = 5.0
_now_calling = threading.local()


@dataclass(frozen=True)
class Received:
    """What came back, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Carries calls to one address with one key, or with `headers` that stand for one."""

    def __init__(self, url: str, key: str, *, headers: Mapping[str, str] | None = None, only_asks: bool = False) -> None:
        self._url = url.rstrip("/")
        self._only_asks = only_asks
        self._auth = _Bearer(key, headers or {})
        self._key_is_sound = all(re.fullmatch(r"[\x21-\x7e]*", value) for value in (key, *(headers or {}).values()))
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.trust_env = urlsplit(url).hostname not in {"localhost", "127.0.0.1", "::1"}
        self._session.cookies = _NoCookies()
        for prefix in ("http://", "https://"):
            self._session.mount(prefix, _Adapter(pool_maxsize=16))

    def __repr__(self) -> str:
        return f"Wire({self._url})"

    def __call__(self, call: Call, *, seconds: float) -> Received:
        """The answer, within so many seconds. Raises `Broken`."""
        if self._only_asks and call.method != "GET":
            raise NotAllowed(preview.SAID)
        if not self._key_is_sound:
            raise NotAllowed("CALCOM_API_KEY or CALCOM_CLIENT_SECRET holds characters that no key can have: copy it again.")
        line = _Line()
        errand = threading.Thread(target=self._run, args=(call, seconds, line), name="a call to Cal.com", daemon=True)
        errand.start()
        errand.join(seconds)
        if errand.is_alive():
            line.cut()
            raise Broken(f"no whole answer within {seconds:.0f} seconds", sent=line.open)
        if line.error is not None:
            raise line.error
        if line.received is None:  # an error of our own, which the thread has reported
            raise Broken("the call failed on our side", sent=True)
        return line.received

    def _run(self, call: Call, seconds: float, line: "_Line") -> None:
        _now_calling.line = line
        try:
            line.received = self._fetch(call, seconds)
        except Broken as error:
            line.error = error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            line.error = Broken(_why(error), sent=line.open and not _never_left(error))
        finally:
            _now_calling.line = None
            line.done()

    def _fetch(self, call: Call, seconds: float) -> Received:
        headers = call.headers | ({"Content-Type": "application/json"} if call.body is not None else {})
        body = None if call.body is None else json.dumps(call.body, ensure_ascii=False).encode()
        with self._session.request(
            call.method,
            self._url + call.target,
            data=body,
            headers=headers,
            auth=self._auth,
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return Received(answer.status_code, dict(answer.headers), _body(answer))


def _body(answer: requests.Response) -> bytes:
    """The whole body, unpacked. Raises `Broken` when it is too large, cut off, or packed in another way."""
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip"}:
        raise Broken("the answer is packed in a way that was not asked for", sent=True)
    unpack = zlib.decompressobj(wbits=31) if "gzip" in packing else None
    found, size = [], 0
    for chunk in answer.raw.stream(CHUNK, decode_content=False):
        piece = chunk
        if unpack is not None:
            try:
                piece = unpack.decompress(chunk, LARGEST + 1)
            except zlib.error:
                raise Broken("the answer is packed wrongly", sent=True) from None
        size += len(piece)
        if size > LARGEST:
            raise Broken(f"the answer is larger than {LARGEST // 1024 // 1024} MB", sent=True, final=True)
        found.append(piece)
    if unpack is not None and answer.raw.tell() and not unpack.eof:
        raise Broken("the answer was cut off", sent=True)
    return b"".join(found)


def _why(error: Exception) -> str:
    """What went wrong in a few words; the library's own text would name address, query and people in it."""
    causes = list(_chain(error))
    for kind, words in (
        (NameResolutionError, "its name cannot be resolved"),
        (ConnectTimeoutError, "it does not answer"),
        (SSLError, "its certificate is not good"),
        (NewConnectionError, "it does not answer"),
        (TimeoutError, "no answer in time"),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return words
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return "the address is not good"
    return "the connection broke"


def _never_left(error: Exception) -> bool:
    """Whether it is sure that no byte of the request has been sent."""
    return any(isinstance(cause, NewConnectionError | ConnectTimeoutError | NameResolutionError | SSLError) for cause in _chain(error))


def _chain(error: BaseException) -> list[BaseException]:
    """The error, what it wraps and why it came, each once."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return found


class _Line:
    """One call under way: its socket, so that it can be cut, and what came of it."""

    def __init__(self) -> None:
        self.received: Received | None = None
        self.error: Broken | None = None
        self.open = False
        """Whether there was a connection, so that the request may have arrived."""
        self._guard = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def use(self, connected: socket.socket) -> None:
        """This is the socket now. A double of it is kept, because TLS takes the first one over."""
        with self._guard:
            self._close()
            self._socket = socket.socket(connected.family, connected.type, connected.proto, fileno=os.dup(connected.fileno()))
            if self._is_cut:
                self._shut()
            else:
                self.open = True

    def cut(self) -> None:
        """Ends the call under way, wherever it is; one that has no connection yet will get none."""
        with self._guard:
            self._is_cut = True
            self._shut()

    def done(self) -> None:
        """Lets go of the socket."""
        with self._guard:
            self._close()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _tell_the_line(connected: socket.socket | None) -> None:
    line: _Line | None = getattr(_now_calling, "line", None)
    if line is not None and connected is not None:
        line.use(connected)


if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object


class _Tells(_Base):
    """A connection that tells which socket it uses, when it is made and whenever it is used again."""

    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()
        _tell_the_line(connected)
        return connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell_the_line(self.sock)
        super().request(*args, **kwargs)


class _Plain(_Tells, HTTPConnection):
    pass


class _Secure(_Tells, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


POOLS = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    """Requests' own, with connections that tell which socket they use."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


class _NoCookies(RequestsCookieJar):
    """Keeps nothing: a cookie of an edge server is no part of the API."""

    def set_cookie(self, *args: Any, **kwargs: Any) -> None:
        return


class _Bearer(AuthBase):
    """Sets the key; says nothing about it."""

    def __init__(self, key: str, headers: Mapping[str, str]) -> None:
        self._headers = ({"Authorization": f"Bearer {key}"} if key else {}) | dict(headers)

    def __repr__(self) -> str:
        return "<a key>"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request
