"""The wire: everything ends in time, nothing is too large, the key stays here."""

import gzip
import logging
import socket
import threading
import time

import pytest

from app.calcom import transport
from app.calcom.calling import Broken
from app.calcom.errors import NotAllowed
from app.calcom.protocol import Call
from app.calcom.transport import Wire
from tests.calcom.conftest import KEY
from tests.calcom.misbehaving import Behaviour, Server, answer, drip, drip_headers, good, hang_up, packed, reset, silence

READ = Call("read the profile", "GET", "/me")


def test_a_call_brings_the_key_the_version_and_an_answer(server: Server, wire: Wire) -> None:
    server.will(good({"id": 1}))
    found = wire(Call("list bookings", "GET", "/bookings", (("attendeeEmail", "a+b@example.org"),)), seconds=5)
    assert (found.status, found.body) == (200, b'{"status": "success", "data": {"id": 1}}')
    (asked,) = server.asked
    assert asked.target == "/v2/bookings?attendeeEmail=a%2Bb%40example.org"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["cal-api-version"] == "2024-08-13"


def test_one_connection_serves_many_calls(server: Server, wire: Wire) -> None:
    for _ in range(3):
        wire(READ, seconds=5)
    assert len(server._lines) == 1


@pytest.mark.parametrize("behaviour", [silence, drip, drip_headers])
def test_whoever_is_too_slow_is_left_alone_even_if_each_byte_is_in_time(server: Server, wire: Wire, behaviour: Behaviour) -> None:
    server.will(behaviour)
    since = time.monotonic()
    # In silence the line and the whole call run out of time at the same moment, and either may be the first to say so.
    said = r"no whole answer within 1 seconds|no answer in time" if behaviour is silence else "no whole answer within 1 seconds"
    with pytest.raises(Broken, match=said) as caught:
        wire(READ, seconds=0.7)
    assert time.monotonic() - since < 2
    assert caught.value.sent
    deadline = time.monotonic() + 3
    while any(thread.name == "a call to Cal.com" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [thread for thread in threading.enumerate() if thread.name == "a call to Cal.com"], "the call goes on behind our back"


def test_a_slow_answer_on_a_used_connection_is_cut_as_well(server: Server, wire: Wire) -> None:
    server.will(good({"id": 1}), drip)
    wire(READ, seconds=5)
    with pytest.raises(Broken, match="no whole answer"):
        wire(READ, seconds=0.5)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (reset, "the connection broke"),
        (hang_up, "the connection broke"),
        (packed(b'{"data": []}' * 100, keep=0.5), "cut off"),
        (packed(b'{"data": []}', keep=0.95), "cut off"),
        (answer(200, b"no gzip at all", Content_Encoding="gzip"), "packed wrongly"),
        (answer(200, b"x", Content_Encoding="zstd"), "not asked for"),
    ],
)
def test_a_broken_answer_is_none(server: Server, wire: Wire, behaviour: Behaviour, words: str) -> None:
    server.will(behaviour)
    with pytest.raises(Broken, match=words) as caught:
        wire(READ, seconds=5)
    assert caught.value.sent
    assert not caught.value.final


def test_an_empty_answer_is_empty_even_if_it_says_it_is_packed(server: Server, wire: Wire) -> None:
    server.will(answer(204, b"", Content_Encoding="gzip"))
    assert wire(READ, seconds=5).body == b""


def test_a_packed_answer_is_unpacked(server: Server, wire: Wire) -> None:
    server.will(packed(b'{"data": [1, 2]}'))
    assert wire(READ, seconds=5).body == b'{"data": [1, 2]}'


def test_a_packed_answer_in_several_parts_is_unpacked_as_well(server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CHUNK", 7)
    raw = bytes(range(256)) * 40
    server.will(answer(200, gzip.compress(raw), Content_Encoding="gzip"))
    assert wire(READ, seconds=5).body == raw


@pytest.mark.parametrize("bomb", [False, True])
def test_too_much_is_refused_packed_or_not(server: Server, wire: Wire, bomb: bool) -> None:
    raw = b" " * (11 * 1024 * 1024)
    server.will(packed(raw) if bomb else answer(200, raw))
    with pytest.raises(Broken, match="larger than 10 MB") as caught:
        wire(READ, seconds=20)
    assert caught.value.final


def test_ten_megabytes_exactly_are_not_too_much(server: Server, wire: Wire) -> None:
    server.will(packed(b" " * transport.LARGEST))
    assert len(wire(READ, seconds=20).body) == transport.LARGEST


def test_a_redirect_is_not_followed(server: Server, wire: Wire) -> None:
    server.will(answer(302, b"", Location=server.url + "/elsewhere"))
    assert wire(READ, seconds=5).status == 302
    assert len(server.asked) == 1


def test_who_does_not_listen_was_surely_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Broken, match="it does not answer") as caught:
        Wire(f"http://127.0.0.1:{port}/v2", KEY)(READ, seconds=5)
    assert not caught.value.sent


def test_a_name_that_nobody_has_was_surely_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Broken, match="its name cannot be resolved") as caught:
        Wire("http://api.example.com/v2", KEY)(READ, seconds=5)
    assert not caught.value.sent


def test_a_name_that_takes_for_ever_to_look_up_does_not_keep_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def slow(*_: object, **__: object) -> None:
        let_go.wait(10)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    since = time.monotonic()
    with pytest.raises(Broken, match="no whole answer") as caught:
        Wire("http://api.example.com/v2", KEY)(READ, seconds=0.3)
    let_go.set()
    assert time.monotonic() - since < 1.5
    assert not caught.value.sent


def test_a_server_without_tls_is_told_as_a_bad_certificate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def speak() -> None:
            line, _ = plain.accept()
            with line:
                line.sendall(b"HTTP/1.1 400 No TLS here\r\n\r\n")
                line.recv(100)

        threading.Thread(target=speak, daemon=True).start()
        with pytest.raises(Broken, match="certificate") as caught:
            Wire(f"https://127.0.0.1:{plain.getsockname()[1]}/v2", KEY)(READ, seconds=5)
    assert not caught.value.sent


def test_the_key_is_in_no_text(server: Server, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for behaviour in (good(1), reset, hang_up, answer(500, b"{}"), packed(b"x" * 100, keep=0.4)):
        server.will(behaviour)
        try:
            said = repr(wire(READ, seconds=5))
        except Broken as error:
            said = repr(error) + repr(error.__context__) + repr(error.__cause__)
        assert KEY not in said
    assert KEY not in repr(wire) + str(vars(wire)) + caplog.text


@pytest.mark.parametrize("key", ["cal_live_ä", "cal live", "cal_live\nX-Evil: 1"])
def test_a_key_that_was_copied_badly_is_said_to_be_so(server: Server, key: str) -> None:
    with pytest.raises(NotAllowed, match="holds characters that no key can have"):
        Wire(server.url, key)(READ, seconds=5)
    assert not server.asked


def test_cookies_of_whatever_stands_in_front_are_not_kept(server: Server, wire: Wire) -> None:
    server.will(good(1, Set_Cookie="edge=1; Path=/"))
    wire(READ, seconds=5)
    wire(READ, seconds=5)
    assert "cookie" not in server.asked[1].headers


def test_a_proxy_of_the_environment_is_used_and_is_cut_off_in_time_as_well(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v2"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    far = Wire("http://api.example.com/v2", KEY)
    assert far(READ, seconds=5).status == 200
    assert server.asked[0].target == "http://api.example.com/v2/me"
    server.will(drip)
    with pytest.raises(Broken):
        far(READ, seconds=0.4)


def test_this_machine_is_asked_without_a_proxy(server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    assert wire(READ, seconds=5).status == 200


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(Broken, match="the address is not good") as caught:
        Wire("http://.example.com/v2", KEY)(READ, seconds=5)
    assert caught.value.sent is False
