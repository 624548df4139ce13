"""Settings: what is missing, empty or malformed stops the start with one line that names it and the fix."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.config import FIXES, SECRETS, Settings, SettingsError
from app.setting_sources import SourceError, run

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "SECRET_KEY": "k" * 40,
    "SITE_URL": "https://book.example.com/",
    "CALCOM_LINK": "acme/consultation",
    "CALCOM_WEBHOOK_SECRET": "newest-secret, older-secret",
}


def load(**values: str) -> Settings:
    return Settings.load(GOOD | values)


def refusal(**values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**values)
    return str(caught.value)


def test_four_settings_are_enough_to_serve() -> None:
    settings = load()
    settings.require_for_serving()
    assert settings.https
    assert settings.SITE_URL == "https://book.example.com"
    assert settings.embed_url == "https://app.cal.com/embed/embed.js"
    assert settings.sender == "no-reply@book.example.com"


def test_nothing_at_all_loads_but_does_not_serve() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({}).require_for_serving()
    lines = str(caught.value).splitlines()
    assert {line.split()[0] for line in lines} == set(FIXES)
    assert all("is missing: " in line for line in lines)


@pytest.mark.parametrize("name", FIXES)
def test_each_needed_setting_is_named_when_it_alone_is_missing(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({key: value for key, value in GOOD.items() if key != name}).require_for_serving()
    (line,) = str(caught.value).splitlines()
    assert line == f"{name} is missing: {FIXES[name]}."


@pytest.mark.parametrize("name", ["SECRET_KEY", "CALCOM_WEBHOOK_SECRET", "MAIL_PASSWORD"])
@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_secret_is_a_mistake_and_not_an_absence(name: str, value: str) -> None:
    assert refusal(**{name: value}).startswith(f"{name} is empty: ")


def test_an_empty_setting_that_is_no_secret_counts_as_absent() -> None:
    assert load(SITE_NAME="", PROXY_HOPS="", MAIL_PORT="").MAIL_PORT == 587


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "needs at least 32 characters"),
        ("SITE_URL", "book.example.com", "must be a URL"),
        ("CALCOM_ORIGIN", "https://app.cal.com/embed", "must be an origin"),
        ("CALCOM_LINK", "https://cal.com/acme", "must look like acme/consultation"),
        ("CALCOM_LINK", "/acme/consultation", "must look like acme/consultation"),
        ("CALCOM_WEBHOOK_SECRET", "good-enough,short", "at least 8 characters"),
        ("CALCOM_WEBHOOK_SECRET_TEAM", "short", "at least 8 characters"),
        ("DATABASE_URL", "mysql://localhost/x", "must begin with sqlite:/// or postgresql"),
        ("PLACE_TIME_ZONE", "Europe/Atlantis", "must be a time zone"),
        ("PROXY_HOPS", "many", "integer"),
        ("PROXY_HOPS", "9", "5"),
        ("MAIL_PORT", "70000", "65535"),
        ("MAIL_USE_TLS", "perhaps", "bool"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO'"),
        ("SYNC_MINUTES", "0", "1"),
    ],
)
def test_a_malformed_setting_is_named_with_what_it_should_be(name: str, value: str, words: str) -> None:
    (line,) = refusal(**{name: value}).splitlines()
    assert line.startswith(name)
    assert words in line


def test_every_malformed_setting_gets_a_line_of_its_own() -> None:
    assert [line.split()[0] for line in refusal(SITE_URL="x", MAIL_PORT="x").splitlines()] == ["SITE_URL", "MAIL_PORT"]


def test_no_message_repeats_a_secret() -> None:
    assert "hunter2" not in refusal(SECRET_KEY="hunter2")
    assert "hunter2" not in refusal(CALCOM_WEBHOOK_SECRET="hunter2")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_each_secret_can_come_from_a_file(name: str, tmp_path: Path) -> None:
    value = "sqlite:////tmp/x" if name == "DATABASE_URL" else "s" * 40
    (tmp_path / "secret").write_text(value + "\n", encoding="utf-8")
    settings = Settings.load({key: text for key, text in GOOD.items() if key != name} | {f"{name}_FILE": str(tmp_path / "secret")})
    assert getattr(settings, name) in (value, [value])


def test_a_setting_that_is_no_secret_has_no_file(tmp_path: Path) -> None:
    (tmp_path / "name").write_text("From a file", encoding="utf-8")
    assert load(SITE_NAME_FILE=str(tmp_path / "name")).SITE_NAME == ""


def test_both_the_secret_and_its_file_are_one_too_many(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40, encoding="utf-8")
    assert refusal(SECRET_KEY_FILE=str(tmp_path / "secret")) == "SECRET_KEY and SECRET_KEY_FILE are both set: keep one of them."


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"  \n", "empty file"), (b"\xff\xfe\xff", "not UTF-8")])
def test_a_secret_file_that_is_of_no_use_is_named(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    said = refusal(MAIL_PASSWORD_FILE=str(path))
    assert said.startswith("MAIL_PASSWORD_FILE")
    assert words in said


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_each_secret_can_be_what_a_command_prints(name: str) -> None:
    value = "sqlite:////tmp/x" if name == "DATABASE_URL" else "s" * 40
    settings = Settings.load({key: text for key, text in GOOD.items() if key != name} | {f"{name}_CMD": f"printf '%s\\n' '{value}'"})
    assert getattr(settings, name) in (value, [value])
    assert settings.sources[name] == "command"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/nonexistent/manager show", "cannot be started (No such file or directory)"),
        ("'unbalanced", "is not a command"),
        ("   ", "is not a command"),
        ("sh -c 'echo hunter2; exit 3'", "ended with status 3"),
        ("true", "printed nothing"),
        ("sh -c 'echo hunter2; echo user: ada'", "more than one line"),
        (r"printf '\377\376'", "not UTF-8"),
        ("head -c 70000 /dev/zero", "far too much"),
    ],
)
def test_a_command_of_a_secret_that_fails_is_named_with_the_fix_and_what_it_printed_is_not(command: str, words: str) -> None:
    said = refusal(MAIL_PASSWORD_CMD=command)
    assert said.startswith("MAIL_PASSWORD_CMD ")
    assert words in said
    assert said.partition(": ")[2]
    assert "hunter2" not in said


def test_a_command_that_hangs_is_ended_with_all_it_has_started(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    with pytest.raises(SourceError, match=r"gave no answer within 0\.3 seconds"):
        run("MAIL_PASSWORD_CMD", f"sh -c 'sleep 2 && touch {alive} & sleep 60'", seconds=0.3)
    time.sleep(2.2)
    assert not alive.exists()


def test_a_command_is_no_shell(tmp_path: Path) -> None:
    assert run("MAIL_PASSWORD_CMD", f"echo $HOME > {tmp_path}/x; true") == f"$HOME > {tmp_path}/x; true"
    assert not list(tmp_path.iterdir())


def test_a_secret_and_its_command_are_one_too_many() -> None:
    assert refusal(SECRET_KEY_CMD="echo x") == "SECRET_KEY and SECRET_KEY_CMD are both set: keep one of them."


def test_the_command_of_the_main_secret_is_not_a_subscription() -> None:
    environ = {key: value for key, value in GOOD.items() if key != "CALCOM_WEBHOOK_SECRET"}
    settings = Settings.load(environ | {"CALCOM_WEBHOOK_SECRET_CMD": "echo main-secret", "CALCOM_WEBHOOK_SECRET_TEAM_CMD": "echo team-secret"})
    assert (settings.CALCOM_WEBHOOK_SECRET, settings.webhook_secrets) == (["main-secret"], {"team": ["team-secret"]})
    assert settings.webhook_secret_commands == {"": "echo main-secret", "team": "echo team-secret"}
    assert "echo" not in repr(settings)


def test_lists_are_separated_by_commas() -> None:
    settings = load(TRUSTED_HOSTS="a.example.com, b.example.com ,", MAIL_KINDS="confirmation,cancelled")
    assert settings.CALCOM_WEBHOOK_SECRET == ["newest-secret", "older-secret"]
    assert settings.TRUSTED_HOSTS == ["a.example.com", "b.example.com"]
    assert settings.MAIL_KINDS == ["confirmation", "cancelled"]


def test_a_named_subscription_has_secrets_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret-from-file", encoding="utf-8")
    settings = load(CALCOM_WEBHOOK_SECRET_TEAM="first-one,second-one", CALCOM_WEBHOOK_SECRET_SALES_FILE=str(tmp_path / "secret"))
    assert settings.webhook_secrets == {"team": ["first-one", "second-one"], "sales": ["secret-from-file"]}


def test_the_file_of_the_main_secret_is_not_a_subscription(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret-from-file", encoding="utf-8")
    environ: dict[str, Any] = {key: value for key, value in GOOD.items() if key != "CALCOM_WEBHOOK_SECRET"}
    settings = Settings.load(environ | {"CALCOM_WEBHOOK_SECRET_FILE": str(tmp_path / "secret")})
    assert settings.CALCOM_WEBHOOK_SECRET == ["secret-from-file"]
    assert settings.webhook_secrets == {}


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_every_spelling_of_postgresql_means_the_same_driver(prefix: str) -> None:
    assert load(DATABASE_URL=f"{prefix}db.example.com/desk").database_uri == "postgresql+psycopg://db.example.com/desk"


def test_the_database_is_a_file_in_the_instance_folder_by_default(tmp_path: Path) -> None:
    assert load(INSTANCE_PATH=str(tmp_path)).database_uri == f"sqlite:///{tmp_path}/frontdesk.sqlite3"


def test_no_environment_variable_turns_a_site_into_a_demo() -> None:
    assert load(demo="1", DEMO="true").demo is False


def flask(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "FLASK_SKIP_DOTENV": "1"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=ROOT, env=plain | environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_site_without_settings_does_not_start_and_says_what_to_set(command: str, tmp_path: Path) -> None:
    done = flask(command, INSTANCE_PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert {line.split()[0] for line in done.stderr.splitlines()[1:]} == set(FIXES)
    assert "Traceback" not in done.stderr


def test_a_malformed_setting_stops_every_command_with_status_2(tmp_path: Path) -> None:
    done = flask("bookings", "list", INSTANCE_PATH=str(tmp_path), MAIL_PORT="x")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("MAIL_PORT ")
    assert "Traceback" not in done.stderr
