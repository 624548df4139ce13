"""A mail server that misbehaves on cue: at one verb, so many times, in one way. It logs what it took for good."""

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

DROP = "drop"
TAKE_AND_DROP = "take and drop"
SILENCE = "silence"
TRICKLE = "trickle"
LONG_LINE = "500 " + "x" * 9000
BYTE_EVERY = 0.05
"""Seconds between two bytes of a trickle: a second in life, scaled like the timeouts of the tests."""

ANSWERS = {"CONNECT": "220 ready", "EHLO": "250-script\r\n250 SIZE", "MAIL": "250 yes", "RCPT": "250 yes", "DATA": "354 go on", "BODY": "250 taken",
           "RSET": "250 yes", "NOOP": "250 yes", "QUIT": "221 bye", "STARTTLS": "220 go on"}  # fmt: skip
_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


@dataclass
class Script:
    """At `verb` (CONNECT, EHLO, STARTTLS, MAIL, RCPT, DATA, BODY), do `act` the first `times`; an act is an answer or a misdeed."""

    verb: str = ""
    act: str = ""
    times: float = 0
    tls: ssl.SSLContext | None = None


@dataclass
class Log:
    """What happened: Message-IDs taken for good, verbs heard, connections made (at which time)."""

    taken: list[str] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    connections: list[float] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)


class ScriptedServer:
    """Listens on loopback, a thread for each connection."""

    def __init__(self, script: Script, *, port: int = 0) -> None:
        self.script = script
        self.log = Log()
        self._lock = threading.Lock()
        self._seen = 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Closes everything."""
        self._stopping.set()
        self._thread.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.log.connections.append(time.monotonic())
            thread = threading.Thread(target=self._talk, args=(peer,), daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _talk(self, peer: socket.socket) -> None:
        peer.settimeout(0.05)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            conversation = _Conversation(self, peer)
            stack.callback(conversation.hang_up)
            conversation.hold()

    def misdeed(self, verb: str) -> str:
        """What to do now instead of the proper answer; empty: nothing."""
        with self._lock:
            self.log.verbs.append(verb)
            if verb != self.script.verb or self._seen >= self.script.times:
                return ""
            self._seen += 1
            return self.script.act

    @property
    def stopping(self) -> bool:
        """Whether the test is over."""
        return self._stopping.is_set()


class _Conversation:
    """One connection."""

    def __init__(self, server: ScriptedServer, peer: socket.socket) -> None:
        self.peer = peer
        self._server = server
        self._buffer = b""

    def hang_up(self) -> None:
        """Closes the connection as it is now, encrypted or not."""
        self.peer.close()

    def hold(self) -> None:
        """Until either side hangs up."""
        if not self._answer("CONNECT"):
            return
        for line in self._lines():
            verb = line.split(b" ")[0].split(b":")[0].upper().decode("ascii", "replace")
            if not self._answer(verb) or verb == "QUIT":
                return
            if verb == "STARTTLS" and self._server.script.tls is not None:
                self.peer.settimeout(2)
                self.peer = self._server.script.tls.wrap_socket(self.peer, server_side=True)
                self.peer.settimeout(0.05)
                self._buffer = b""

    def _answer(self, verb: str, mail: bytes = b"") -> bool:
        """Whether the conversation goes on."""
        act = self._server.misdeed(verb)
        if act in {"", TAKE_AND_DROP} and verb == "BODY":
            found = _MESSAGE_ID.search(mail)
            self._server.log.taken.append(found[1].decode() if found else "?")
            self._server.log.headers.append(mail.split(b"\r\n\r\n")[0])
        if act in {DROP, TAKE_AND_DROP}:
            return False
        if act == SILENCE:
            self._until_gone()
            return False
        proper = ANSWERS.get(verb, "250 yes")
        if verb == "EHLO" and self._server.script.tls is not None and not isinstance(self.peer, ssl.SSLSocket):
            proper = "250-script\r\n250 STARTTLS"
        said = proper if act in {"", TRICKLE} else act
        if act == TRICKLE:
            self._trickle(said[:3].encode() + b"-" + b"a" * 200 + b"\r\n" + said.encode() + b"\r\n")
        else:
            self.peer.sendall(said.encode() + b"\r\n")
        if said.startswith("354"):
            return self._answer("BODY", self._mail())
        return not said.startswith("421")

    def _mail(self) -> bytes:
        lines = []
        for line in self._lines():
            if line == b".":
                return b"\r\n".join(lines)
            lines.append(line)
        raise ConnectionError

    def _lines(self) -> Iterator[bytes]:
        while True:
            while b"\r\n" in self._buffer:
                line, _, self._buffer = self._buffer.partition(b"\r\n")
                yield line
            if not self._more():
                return

    def _more(self) -> bool:
        while not self._server.stopping:
            try:
                got = self.peer.recv(65536)
            except TimeoutError:
                continue
            self._buffer += got
            return bool(got)
        return False

    def _until_gone(self) -> None:
        while self._more():
            pass

    def _trickle(self, content: bytes) -> None:
        for place in range(len(content)):
            self.peer.sendall(content[place : place + 1])
            if self._server.stopping:
                return
            time.sleep(BYTE_EVERY)
