"""`flask doctor` as an operator runs it: on a fresh demo, on one that is broken, on a site that nobody has set up."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from app.cli import demo_run
from app.cli import doctor as command
from app.cli.demo import ENGINE_KEY
from app.config import FIXES
from app.doctor.examine import CHECKS, Check, Result
from app.doctor.finding import Finding, Status, failed, good
from tools.demo import Demo, running_demo


def said(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """Name of each check → what it found."""
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def delete_webhook(demo: Demo) -> None:
    headers = {"Authorization": f"Bearer {ENGINE_KEY}"}
    for webhook in requests.get(f"{demo.calcom_url}/v2/webhooks", headers=headers, timeout=10).json()["data"]:
        requests.delete(f"{demo.calcom_url}/v2/webhooks/{webhook['id']}", headers=headers, timeout=10).raise_for_status()


def test_a_fresh_demo_is_green_and_what_is_broken_in_it_is_named(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        done = demo.flask("doctor", "--json")
        assert {name: check["says"] for name, check in said(done).items() if check["status"] != "ok"} == {}
        assert (done.returncode, json.loads(done.stdout)["status"], len(said(done))) == (0, "ok", len(CHECKS))
        table = demo.flask("doctor").stdout
        assert table.startswith(f"Frontdesk at {demo.site_url}\n")
        assert "All is well." in table

        delete_webhook(demo)
        done = demo.flask("doctor")
        assert done.returncode == 1
        assert "✗ Address of the webhook" in done.stdout
        assert "→ curl -X POST" in done.stdout
        kept = json.loads((tmp_path / "demo.json").read_text())
        assert not [value for value in kept.values() if value in done.stdout + done.stderr]

    done = demo.flask("doctor", "--json")
    assert done.returncode == 1
    assert said(done)["settings"]["status"] == "failed"
    for name in FIXES:
        if name != "SITE_URL":
            assert f"{name}: {FIXES[name]}" in said(done)["settings"]["fix"]


def test_a_demo_that_was_killed_does_not_count_as_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    assert demo_run.running() is None
    demo_run.note(port=1, sandbox_port=2, own_engine=True)
    assert demo_run.running() is not None
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / demo_run.FILE).write_text(json.dumps({"pid": gone.pid, "port": 1, "sandbox_port": 2, "own_engine": True}))
    assert demo_run.running() is None
    demo_run.forget()
    demo_run.forget()
    assert not (tmp_path / demo_run.FILE).exists()


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """`found(finding, …)`: what the examination finds, whatever there is."""
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))

    def use(*findings: Finding) -> None:
        checks = [Check("settings", f"Group {number}", f"Check {number}", lambda _: good("")) for number in range(len(findings))]
        results = [Result(check, finding, 0.1) for check, finding in zip(checks, findings, strict=True)]
        monkeypatch.setattr(command, "examine", lambda _: iter(results))

    return use


def test_the_table_shows_each_line_of_a_fix_and_the_worst_decides(found: Any, make_app: Any) -> None:
    runner = make_app().test_cli_runner()
    found(good("Fine."), failed("Broken.", "first line\nsecond line"), Finding(Status.OFF, "Not set.", "NAME=…"))
    done = runner.invoke(args=["doctor"])
    assert done.exit_code == 1
    assert [line.strip() for line in done.output.splitlines() if "→" in line] == ["→ first line", "→ second line", "→ NAME=…"]
    assert "Something is broken" in done.output


@pytest.mark.parametrize(("finding", "words"), [(Finding(Status.WARNING, "Hm.", "x"), "It works"), (Finding(Status.OFF, "Not set."), "All is well.")])
def test_a_warning_and_what_is_not_set_are_no_failure(finding: Finding, words: str, found: Any, make_app: Any) -> None:
    runner = make_app().test_cli_runner()
    found(finding)
    done = runner.invoke(args=["doctor"])
    assert (done.exit_code, words in done.output) == (0, True)


def test_on_a_terminal_it_shows_how_far_it_is(found: Any, make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Flask = make_app()
    found(good("Fine."), good("Fine."))
    monkeypatch.setattr(command, "_at_a_terminal", lambda: True)
    done = app.test_cli_runner().invoke(args=["doctor", "--json"])
    assert f"1 of {len(CHECKS)} looked at" in done.stderr
    assert json.loads(done.stdout)["status"] == "ok"
