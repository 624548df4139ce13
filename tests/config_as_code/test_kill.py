"""`flask calcom apply` as a process of its own, killed at the boundary of a request: the next one finishes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import request
from ruamel.yaml import YAML

from app.calcom.calling import Caller
from app.calcom.client import Client
from app.calcom.pace import SharedPace
from app.calcom.pace_store import Memory
from app.calcom.transport import Wire
from app.config_as_code.desk import ConfigDesk
from app.config_as_code.surroundings import Surroundings
from tests.factories.far_calcom import SECRET, FarCalcom, far_calcom

ROOT = Path(__file__).resolve().parents[2]
WRITES = 8
"""So many writes an apply of the edits makes; a test proves it."""


@dataclass
class Executioner:
    """Ends a process at its n-th writing request, before it is carried out or after, when the answer is still to come."""

    at: int = 0
    after: bool = False
    victim: int = 0
    seen: int = 0
    paths: list[str] = field(default_factory=list)

    def before_request(self) -> None:
        if request.method != "GET" and request.path.startswith("/v2/"):
            self.seen += 1
            self.paths.append(f"{request.method} {request.path}")
            if self.seen == self.at and not self.after:
                self.strike()

    def after_request(self, answer):  # type: ignore[no-untyped-def]
        if request.method != "GET" and request.path.startswith("/v2/") and self.seen == self.at and self.after:
            self.strike()
        return answer

    def strike(self) -> None:
        os.kill(self.victim, signal.SIGKILL)


@pytest.fixture
def calcom() -> Iterator[FarCalcom]:
    with far_calcom() as running:
        running.turn(loss=1.0, api_limit=600_000)
        yield running


@pytest.fixture
def executioner(calcom: FarCalcom) -> Executioner:
    made = Executioner()
    calcom.app.before_request_funcs.setdefault(None, []).insert(0, made.before_request)
    calcom.app.after_request_funcs.setdefault(None, []).append(made.after_request)
    return made


@pytest.fixture
def flask(calcom: FarCalcom, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """`flask("plan")`: starts `flask calcom plan` for this account."""
    own = {"SITE_URL": calcom.desk.site_url, "CALCOM_WEBHOOK_SECRET": SECRET, "INSTANCE_PATH": str(tmp_path / "instance"), **calcom.settings}
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("CALCOM_", "MAIL_", "SITE_"))} | own
    environ["CALCOM_CONFIG"] = str(tmp_path / "calcom.yaml")

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "flask", "calcom", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    return start


@pytest.fixture
def desk(calcom: FarCalcom, tmp_path: Path) -> ConfigDesk:
    """The same account and file for this process, which is quicker than a command."""
    key = calcom.settings["CALCOM_API_KEY"]
    client = Client(Caller(Wire(calcom.settings["CALCOM_API_URL"], key), SharedPace(Memory(), key)))
    return ConfigDesk(client, tmp_path / "calcom.yaml", Surroundings(calcom.desk.site_url, {"CALCOM_WEBHOOK_SECRET": [SECRET]}), tmp_path / "instance")


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def edit(path: Path) -> None:
    yaml = YAML()
    yaml.width = 10_000
    file = yaml.load(path.read_text())
    file["me"]["name"] = "Robin M."
    file["schedules"][0]["timeZone"] = "Europe/Dublin"
    file["schedules"].append({"name": "Mornings", "timeZone": "Europe/London"})
    file["eventTypes"][0]["title"] = "First call"
    file["eventTypes"].append({"slug": "review", "title": "Review", "lengthInMinutes": 20, "schedule": "Mornings"})
    file["webhooks"].append({"subscriberUrl": "https://other.example/hook", "triggers": ["BOOKING_PAID"], "active": False})
    file["eventTypes"] = [row for row in file["eventTypes"] if row["slug"] != "flexible"]
    with path.open("w") as out:
        yaml.dump(file, out)


def killed_at(point: int, after: bool, flask: Callable[..., subprocess.Popen[str]], executioner: Executioner, calcom: FarCalcom, desk: ConfigDesk) -> None:
    desk.pull()
    edit(desk.path)
    executioner.at, executioner.after, executioner.seen = point, after, 0
    process = flask("apply", "--yes", "--force")
    executioner.victim = process.pid
    assert end(process)[0] == -signal.SIGKILL
    executioner.at = 0
    code, out, err = end(flask("apply", "--yes", "--force"))
    assert code == 0, out + err
    assert not desk.compare().plan
    host = calcom.desk.engine.catalogue.first_host()
    assert sorted(one.name for one in calcom.desk.engine.catalogue.schedules(host)) == ["Evenings", "Mornings", "Working hours"]
    assert [one.slug for one in calcom.desk.engine.catalogue.event_types(host, hidden=True)].count("review") == 1


@pytest.mark.parametrize(("point", "after"), [(3, True)])
def test_the_next_apply_finishes(
    point: int, after: bool, flask: Callable[..., subprocess.Popen[str]], executioner: Executioner, calcom: FarCalcom, desk: ConfigDesk
) -> None:
    killed_at(point, after, flask, executioner, calcom, desk)


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", range(1, WRITES))
def test_the_next_apply_finishes_wherever_the_first_was_killed(
    point: int, after: bool, flask: Callable[..., subprocess.Popen[str]], executioner: Executioner, calcom: FarCalcom, desk: ConfigDesk
) -> None:
    killed_at(point, after, flask, executioner, calcom, desk)


def test_ctrl_c_ends_after_the_change_that_is_under_way(flask: Callable[..., subprocess.Popen[str]], executioner: Executioner, desk: ConfigDesk) -> None:
    desk.pull()
    edit(desk.path)
    executioner.strike = lambda: os.kill(executioner.victim, signal.SIGINT)  # type: ignore[method-assign]
    executioner.at, executioner.after, executioner.seen = 2, False, 0
    process = flask("apply", "--yes", "--force")
    executioner.victim = process.pid
    code, out, err = end(process)
    assert code == 1, out + err
    assert "2 done, 5 left." in out
    assert "Stopping after this change" in err
    executioner.at = 0
    assert desk.apply(desk.compare(), force=True).complete
    assert executioner.seen == WRITES - 1, executioner.paths
