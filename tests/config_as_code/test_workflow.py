"""The workflow in `docs/`: it is well-formed, and its `run:` lines do what they say against the simulated Cal.com."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.factories.far_calcom import SECRET, FarCalcom, far_calcom

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = YAML(typ="safe", pure=True).load((ROOT / "docs" / "calcom-workflow.yml").read_text())
GIVEN = {"secrets.CALCOM_API_KEY": "cal_demo", "secrets.CALCOM_WEBHOOK_SECRET": SECRET, "github.token": "t", "github.event.pull_request.number": "7"}


@pytest.fixture
def calcom() -> Iterator[FarCalcom]:
    with far_calcom() as running:
        running.turn(loss=1.0, api_limit=600_000)
        yield running


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that is laid out as a checkout after `make install`, with a `gh` that writes down what it is asked."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in (".venv", "app", "migrations", "wsgi.py"):
        (folder / name).symlink_to(ROOT / name)
    gh = folder / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text('#!/bin/sh\necho "$@" > gh-was-asked\n')
    gh.chmod(0o755)
    return folder


@pytest.fixture
def run(calcom: FarCalcom, checkout: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run("plan")`: the steps of a job, one after the other, until one fails."""
    known = GIVEN | {"vars.SITE_URL": calcom.desk.site_url}

    def filled(text: str, force: bool) -> str:
        text = re.sub(r"\$\{\{ contains\(.*?\) && '(.*?)' \|\| '' \}\}", r"\1" if force else "", text)
        return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: known[found[1]], text)

    def go(job: str, *, force: bool = False) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("CALCOM_", "MAIL_", "SITE_"))}
        environ = plain | {"CALCOM_API_URL": f"{calcom.url}/v2", "INSTANCE_PATH": str(checkout / "instance"), "GITHUB_STEP_SUMMARY": str(checkout / "summary")}
        environ |= {"PATH": f"{checkout / 'bin'}:{environ['PATH']}"}
        environ |= {name: filled(value, force) for name, value in WORKFLOW["env"].items()}
        done: Any = None
        for step in WORKFLOW["jobs"][job]["steps"]:
            if "run" in step and step["name"] != "Install":
                own = {name: filled(value, force) for name, value in step.get("env", {}).items()}
                done = subprocess.run(
                    ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=checkout, env=environ | own, capture_output=True, text=True, check=False
                )
                if done.returncode:
                    return done
        return done

    return go


def test_it_runs_when_the_file_changes_and_never_twice_at_once() -> None:
    assert WORKFLOW["on"]["pull_request"]["paths"] == WORKFLOW["on"]["push"]["paths"] == ["calcom.yaml", "calcom/**"]
    assert WORKFLOW["concurrency"] == {"group": "calcom", "cancel-in-progress": False}
    assert [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if step.get("name") == "Install"] == ["make install"] * 2


def test_a_pull_request_shows_the_plan_and_merged_it_is_applied(run: Callable[..., Any], calcom: FarCalcom, checkout: Path) -> None:
    file = checkout / "calcom.yaml"
    file.write_text("eventTypes:\n  - slug: intro\n    title: First call\n    lengthInMinutes: 30\nunlisted:\n  eventTypes: keep\n")
    done = run("plan")
    assert done.returncode == 0, done.stderr
    assert (checkout / "gh-was-asked").read_text() == "pr comment 7 --body-file plan.md --edit-last --create-if-none\n"
    assert '- title: `"Intro call"` → `"First call"`' in (checkout / "plan.md").read_text()
    assert (checkout / "summary").read_text() == (checkout / "plan.md").read_text()
    assert calcom.kind("intro").title == "Intro call"
    done = run("apply")
    assert done.returncode == 0, done.stderr
    assert calcom.kind("intro").title == "First call"
    assert list((checkout / "instance" / "calcom-rollback").glob("*.yaml"))


@pytest.mark.soak
def test_a_deletion_is_applied_only_when_the_message_says_so(run: Callable[..., Any], calcom: FarCalcom, checkout: Path) -> None:
    (checkout / "calcom.yaml").write_text("webhooks: []\n")
    done = run("apply")
    assert (done.returncode, "add --force" in done.stderr) == (1, True)
    done = run("apply", force=True)
    assert done.returncode == 0, done.stderr
    assert calcom.desk.subscriptions.of(calcom.desk.engine.catalogue.first_host()) == []
