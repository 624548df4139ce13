import hashlib
import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.sandbox.deliveries import Courier
from app.sandbox.dials import DeliveryDials

SECRET = "a-secret-for-tests"


class Receiver:
    def __init__(self):
        self.got, self.status = [], 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_port}/webhooks/calcom"

    def bodies(self):
        return [body for _, _, body in self.got]


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def courier(receiver):
    one = Courier(address=receiver.address, secret=SECRET, chance=lambda: 0.5, timeout=5)
    yield one
    one.stop()


def send(courier, *bodies):
    for body in bodies:
        courier.send(trigger="BOOKING_CREATED", uid="u", body=body)
    assert courier.wait_until_idle(seconds=10)


def test_the_signature_covers_the_exact_bytes(courier, receiver):
    send(courier, '{"name":"Zoë"}'.encode())
    _, headers, body = receiver.got[0]
    assert headers["X-Cal-Signature-256"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Cal-Webhook-Version"] == "2021-10-20"
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("status", "good"), [(200, True), (204, True), (308, False), (500, False)])
def test_there_is_one_attempt_and_no_redirect_is_followed(courier, receiver, status, good):
    receiver.status = status
    send(courier, b"1")
    assert [path for path, _, _ in receiver.got] == ["/webhooks/calcom"]
    assert [(one.result, one.good) for one in courier.log()] == [(str(status), good)]


def test_order_is_kept_without_faults(courier, receiver):
    send(courier, *[str(n).encode() for n in range(20)])
    assert receiver.bodies() == [str(n).encode() for n in range(20)]


def test_a_lost_delivery_is_logged_and_never_sent(courier, receiver):
    courier.dials = DeliveryDials(loss=1)
    send(courier, b"1")
    assert receiver.got == []
    assert courier.log()[0].result == "lost on purpose"


def test_a_repeat_is_the_same_byte_for_byte(courier, receiver):
    courier.dials = DeliveryDials(repeats=2)
    send(courier, b"same")
    assert receiver.bodies() == [b"same"] * 3
    assert len({headers["X-Cal-Signature-256"] for _, headers, _ in receiver.got}) == 1


def test_a_later_delivery_overtakes(courier, receiver):
    courier.dials = DeliveryDials(reorder=1)
    courier.send(trigger="T", uid="u", body=b"first")
    courier.dials = DeliveryDials()
    send(courier, b"second")
    assert receiver.bodies() == [b"second", b"first"]


def test_a_receiver_that_is_away_is_noted(receiver):
    courier = Courier(address="http://127.0.0.1:9/", secret=SECRET)
    send(courier, b"1")
    assert courier.log()[0].result.startswith("no answer")
    courier.stop()


def test_the_log_keeps_the_last_two_hundred(courier):
    courier.dials = DeliveryDials(loss=1)
    send(courier, *[b"x"] * 250)
    assert [courier.log()[0].number, len(courier.log())] == [250, 200]


def test_what_is_held_back_goes_out_when_it_is_released(courier, receiver):
    courier.dials = DeliveryDials(held=1)
    send(courier, b"1", b"2")
    assert (receiver.got, courier.held()) == ([], 2)
    courier.dials = DeliveryDials()
    send(courier, b"3")
    assert courier.release() == 2
    assert courier.wait_until_idle(seconds=10)
    assert receiver.bodies() == [b"3", b"1", b"2"]
    courier.dials = DeliveryDials(held=1)
    send(courier, b"4")
    courier.forget()
    assert courier.release() == 0


def test_another_webhook_has_its_own_address_and_secret_or_none(courier, receiver):
    other = receiver.address.replace("/webhooks/calcom", "/other")
    courier.send(trigger="T", uid="u", body=b"1", address=other, secret="another")
    courier.send(trigger="T", uid="u", body=b"1", address=other)
    assert courier.wait_until_idle(seconds=10)
    assert [path for path, _, _ in receiver.got] == ["/other", "/other"]
    signatures = [headers["X-Cal-Signature-256"] for _, headers, _ in receiver.got]
    assert signatures == [hmac.new(b"another", b"1", hashlib.sha256).hexdigest(), "no-secret-provided"]
