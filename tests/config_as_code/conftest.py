"""An account at the simulated Cal.com and its file; every request and answer is held against Cal.com's own document."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.calcom.protocol import Call
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.surroundings import Surroundings
from tests import calcom_document
from tests.factories.near_calcom import NearCalcom

SITE = "http://127.0.0.1:9"
SECRETS = {"CALCOM_WEBHOOK_SECRET": ["a-secret-for-the-tests"]}


class Watched(NearCalcom):
    """Fails the test when a request or a good answer does not fit the published document, where that is at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.gone: tuple[str, ...] = ()
        """Paths that this installation does not know."""

    def _carry(self, call: Call, *, seconds: float) -> Any:
        if any(part in call.path for part in self.gone):
            call = replace(call, path="/not-there")
        reply = super()._carry(call, seconds=seconds)
        if (calcom_document.FIXTURES / "openapi.json").exists():
            path = f"/v2{call.path}"
            if not call.reads:
                self.faults += calcom_document.faults_of_request(call.method, path, call.body)
            if reply.status < 300:
                self.faults += calcom_document.faults_of_answer(call.method, path, reply.status, json.loads(reply.body))
        return reply

    @property
    def writes(self) -> list[Call]:
        """What was asked that is no question."""
        return [call for call in self.calls if not call.reads]


@pytest.fixture
def account() -> Iterator[Watched]:
    made = Watched()
    yield made
    assert made.faults == []


@pytest.fixture
def desk(account: Watched, tmp_path: Path) -> ConfigDesk:
    return ConfigDesk(account.client, tmp_path / "calcom.yaml", Surroundings(SITE, SECRETS), tmp_path / "instance")


@pytest.fixture
def edit(desk: ConfigDesk) -> Callable[[Callable[[Any], None]], None]:
    """`edit(lambda file: …)`: changes the file as a person with an editor would."""

    def change(how: Callable[[Any], None]) -> None:
        yaml = YAML()
        yaml.width = 10_000
        values = yaml.load(desk.path.read_text())
        how(values)
        with desk.path.open("w") as file:
            yaml.dump(values, file)

    return change


@pytest.fixture
def kind() -> Callable[[Any, str], Any]:
    """`kind(file, "intro")`: the event type with this slug in a loaded file."""
    return lambda file, slug: next(row for row in file["eventTypes"] if row["slug"] == slug)
