"""`flask inbox send` against a real receiver over HTTP."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from werkzeug.serving import make_server

from app.calcom.post import NotADelivery, post_file
from app.inbox import queries


@pytest.fixture
def url(make_app: Callable[..., Flask]) -> Iterator[str]:
    """A running site; its receiver's address."""
    app = make_app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with app.app_context():
        yield f"http://127.0.0.1:{server.server_port}/webhooks/calcom"
    server.shutdown()
    server.server_close()


SECRET = "a-secret-for-the-tests"


def test_a_recorded_delivery_a_sample_and_a_body_of_ones_own_are_all_accepted(url: str, tmp_path: Path) -> None:
    recorded = tmp_path / "recorded.json"
    recorded.write_text('{"scenario": "x", "secret": "another", "headers": {"content-type": "text/plain"}, "body": "{\\"a\\":  1}"}')
    sample = tmp_path / "sample.json"
    sample.write_text('{\n "triggerEvent": "PING"\n}')
    own = tmp_path / "own.txt"
    own.write_bytes(b"false")
    for path in (recorded, sample, own):
        assert post_file(path, url=url, secret=SECRET).accepted
    assert [message.body for message in queries.everything()] == [b'{"a":  1}', sample.read_bytes(), b"false"]


def test_a_wrong_secret_is_reported(url: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    answer = post_file(path, url=url, secret="not-the-secret")
    assert (answer.status, answer.accepted) == (401, False)


def test_an_empty_file_is_no_delivery(url: str, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.touch()
    with pytest.raises(NotADelivery):
        post_file(path, url=url, secret=SECRET)


def test_the_command_reports_each_answer(url: str, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    result = FlaskCliRunner(make_app()).invoke(args=["inbox", "send", "--to", url, str(path), str(path)])
    assert result.exit_code == 0, result.output
    assert [line.split()[:2] for line in result.output.splitlines()] == [["200", "x.json"], ["200", "x.json"]]
