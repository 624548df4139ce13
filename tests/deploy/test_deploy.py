"""What stands in `deploy/` is true: units that systemd takes, a compose file that sets what the app needs, an image that starts, a proxy that waits."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.config import FIXES, SECRETS, Settings
from bench.serving import ROOT, SECRET
from tools.services import free_port, wait_for_port

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTINGS = {name for name in Settings.model_fields if name.isupper()}
OWN_WORDS = {"SITE_HOST", "FRONTDESK"}
"""What the Caddyfile reads."""


def env_file(path: Path) -> dict[str, str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# systemd --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not here")
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path, analyze: str, tmp_path: Path) -> None:
    for each in UNITS:
        text = each.read_text(encoding="utf-8")
        (tmp_path / each.name).write_text(text.replace("/opt/frontdesk/.venv/bin/flask", shutil.which("true") or "/bin/true"))
    done = subprocess.run([analyze, "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True, check=False, timeout=60)
    mine = [line for line in (done.stdout + done.stderr).splitlines() if "frontdesk" in line]
    assert (done.returncode, mine) == (0, [])


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_the_unit_is_shut_in(unit: Path, analyze: str) -> None:
    command = [analyze, "security", "--offline=true", "--no-pager", "--threshold=20", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_the_command_of_the_unit_exists(unit: Path) -> None:
    words = re.search(r"^ExecStart=/opt/frontdesk/.venv/bin/flask (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert words
    name, *options = words[1].split()
    said = subprocess.run([sys.executable, "-m", "flask", name, "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert all(option in said for option in options if option.startswith("--"))


# Compose --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_every_name_in_the_compose_file_is_known(compose: Any) -> None:
    services, secrets, volumes = compose["services"], compose["secrets"], compose["volumes"]
    for name, service in services.items():
        assert set(service.get("secrets", ())) <= set(secrets), name
        assert set(service.get("depends_on", ())) <= set(services), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in volumes or source.startswith("./"), volume
            assert not source.startswith("./C") or (DEPLOY / source).is_file()
        assert not service.get("image", "").endswith((":latest", "/")), name
        assert "privileged" not in service
    for name in ("web", "worker", "backup"):
        for variable in services[name]["environment"]:
            setting = variable.removesuffix("_FILE")
            assert setting in (SECRETS if variable.endswith("_FILE") else SETTINGS), variable
    assert set(env_file(DEPLOY / "compose.env.example")) <= SETTINGS | OWN_WORDS


def test_no_secret_stands_in_the_compose_file(compose: Any) -> None:
    for service in compose["services"].values():
        for variable, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|KEY|URL|TOKEN|PASSPHRASE", variable):
                assert variable.endswith("_FILE"), variable
                assert value.startswith("/run/secrets/")
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_the_compose_file_sets_all_that_a_site_needs(compose: Any, tmp_path: Path) -> None:
    """The commands at its top are carried out, and the settings that come of them are good enough to serve."""
    folder = tmp_path / "deploy"
    folder.mkdir()
    top = (DEPLOY / "compose.yaml").read_text(encoding="utf-8").partition("name: frontdesk")[0]
    lines = [line.removeprefix("#").partition("   #")[0].strip() for line in top.splitlines()]
    script = "\n".join(line for line in lines if line.startswith(("mkdir", "for ", "python3", "done", "printf")))
    subprocess.run(["sh", "-e", "-c", script], cwd=folder, check=True, timeout=60)
    for name in ("calcom_webhook_secret", "calcom_api_key", "mail_password"):
        (folder / "secrets" / name).write_text(f"of-the-owner-{name}")
    files = {name: folder / said["file"] for name, said in compose["secrets"].items()}
    assert [name for name, path in files.items() if not path.is_file()] == []
    environ = env_file(DEPLOY / "compose.env.example")
    for name, value in compose["services"]["web"]["environment"].items():
        environ[name] = str(files[value.removeprefix("/run/secrets/")]) if name.endswith("_FILE") else value
    settings = Settings.load(environ)
    settings.require_for_serving()
    assert set(FIXES) <= settings.model_fields_set
    assert settings.DATABASE_URL.startswith("postgresql+psycopg://frontdesk:")
    assert settings.DATABASE_URL.endswith("@database/frontdesk")
    assert (settings.PROXY_HOPS, settings.REDIS_URL.endswith("@redis:6379/0")) == (1, True)


def test_the_preview_profile_is_one(tmp_path: Path) -> None:
    environ = env_file(DEPLOY / "preview.env.example")
    assert set(environ) <= SETTINGS
    settings = Settings.load({name: value or "x" * 40 for name, value in environ.items()} | {"MAIL_SERVER": "smtp.example.com"})
    settings.require_for_serving()
    assert (settings.PREVIEW, settings.MAIL_SERVER, settings.only_asks) == (True, "", True)


def test_every_command_of_the_compose_file_exists_and_writes_where_it_may(compose: Any) -> None:
    commands = [service["command"] for service in compose["services"].values() if service.get("command", [""])[0] == "flask"]
    assert sorted(command[1] for command in commands) == ["backup", "worker"]
    for _, name, *options in commands:
        said = subprocess.run([sys.executable, "-m", "flask", name, "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
        assert all(option in said for option in options if option.startswith("--"))
    backup = compose["services"]["backup"]
    places = {volume.split(":")[1] for volume in backup["volumes"]}
    assert {backup["command"][backup["command"].index("--to") + 1], INSTANCE} <= places, "the rest of the container is read only"
    top = (DEPLOY / "compose.yaml").read_text(encoding="utf-8").partition("name: frontdesk")[0]
    assert f"chown {USER} backups" in top
    for user in ("web", "worker"):
        assert INSTANCE in {volume.split(":")[1] for volume in compose["services"][user]["volumes"]}


def test_ports_are_the_same_from_the_proxy_to_the_image(compose: Any) -> None:
    (port,) = [rest for word, rest in instructions() if word == "EXPOSE"]
    command = json.loads([rest for word, rest in instructions() if word == "CMD"][-1])
    assert command[-2:] == ["--port", port]
    assert compose["services"]["web"]["expose"] == [port]
    assert compose["services"]["proxy"]["environment"]["FRONTDESK"] == f"web:{port}"
    assert f"127.0.0.1:{port}/healthz" in next(rest for word, rest in instructions() if word == "HEALTHCHECK")
    assert f"{{$FRONTDESK:127.0.0.1:{port}}}" in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert f"--port {port}" in (DEPLOY / "systemd" / "frontdesk.service").read_text(encoding="utf-8")


# The image ------------------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line and not line.startswith("#"))]


USER = next(rest for word, rest in instructions() if word == "USER")
INSTANCE = next(pair.split("=", 1)[1] for word, rest in instructions() if word == "ENV" for pair in rest.split() if pair.startswith("INSTANCE_PATH="))


def test_the_image_is_made_as_images_should_be() -> None:
    found = instructions()
    words = [word for word, _ in found]
    assert set(words) <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"}
    bases = [rest.split()[0] for word, rest in found if word == "FROM"]
    assert all(re.fullmatch(r"[\w.]+/[\w/]+:\d[\w.-]+", base) for base in bases), "a base image has a host, a name and a version"
    last = found[len(words) - 1 - words[::-1].index("FROM") :]
    user = [rest for word, rest in last if word == "USER"]
    assert user == ["10001"], "by number: whoever runs it can see that it is not root"
    assert any(f"--uid {user[0]} --home-dir {INSTANCE} --create-home" in rest for word, rest in last if word == "RUN")
    assert [word for word, _ in last].index("USER") < [word for word, _ in last].index("CMD")
    assert json.loads(next(rest for word, rest in last if word == "CMD"))[0] == "flask"
    for word, rest in found:
        if word == "ENV":
            assert not re.search("SECRET|PASSWORD|TOKEN|API_KEY", rest)
        if word == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest
    kept = (DEPLOY / "Containerfile.containerignore").read_text(encoding="utf-8").splitlines()
    assert kept[0] == "*", "nothing comes along that is not named: no .env, no instance/"
    assert {line[1:] for line in kept if line.startswith("!")} >= {
        source for word, rest in found if word == "COPY" for source in rest.split()[:-1] if "=" not in source
    } - {"/venv"}


def test_what_is_copied_into_the_image_starts_and_is_found_healthy(tmp_path: Path) -> None:
    place, port = tmp_path / "app", free_port()
    place.mkdir()
    last = instructions()[max(number for number, (word, _) in enumerate(instructions()) if word == "FROM") :]
    for word, rest in last:
        if word == "COPY" and not rest.startswith("--from"):
            *sources, _ = rest.split()
            for source in sources:
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
                copy(ROOT / source, place / source)
    environ = dict(pair.split("=", 1) for word, rest in last if word == "ENV" for pair in rest.split())
    environ |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "INSTANCE_PATH": str(tmp_path / "data"), "FLASK_SKIP_DOTENV": "1"}
    environ |= {"SECRET_KEY": "k" * 40, "SITE_URL": f"http://127.0.0.1:{port}", "CALCOM_LINK": "demo/intro", "CALCOM_WEBHOOK_SECRET": SECRET}
    command = [str(port) if word == "8000" else word for word in json.loads(next(rest for word, rest in last if word == "CMD"))]
    check = json.loads(next(rest for word, rest in last if word == "HEALTHCHECK").partition("CMD ")[2].replace(":8000/", f":{port}/"))
    with subprocess.Popen(command, cwd=place, env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            wait_for_port(port, running)
            assert subprocess.run(check, env=environ, check=False, timeout=30, capture_output=True).returncode == 0
        finally:
            os.killpg(running.pid, signal.SIGTERM)
    assert subprocess.run(check, env=environ, check=False, timeout=30, capture_output=True).returncode != 0
