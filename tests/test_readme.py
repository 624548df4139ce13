"""README and .env.example know every command, every setting and every make target, and no others."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli import admin, backup, bookings, calcom, demo, doctor, inbox, outbox, sandbox, secrets, serve
from app.config import SECRETS, Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SETTINGS = [name for name in Settings.model_fields if name.isupper()]
NAMED_SECRET = "CALCOM_WEBHOOK_SECRET_<NAME>"
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def names(command: click.Command, before: str = "") -> Iterator[str]:
    name = f"{before} {command.name}".strip()
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from names(inner, name)
    else:
        yield name


COMMANDS = [
    *(
        name
        for command in (
            admin.group,
            backup.backup,
            backup.restore(lambda _: None),
            bookings.group,
            calcom.group,
            inbox.group,
            outbox.group,
            sandbox.command,
            secrets.group,
            serve.serve,
            serve.worker,
            demo.command(lambda _: None),
            doctor.command(lambda _: None),
        )  # type: ignore[arg-type, return-value]
        for name in names(command)
    ),
    "db upgrade",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_the_command(command: str) -> None:
    assert f"flask {command}" in README


@pytest.mark.parametrize("setting", [*SETTINGS, NAMED_SECRET])
def test_the_readme_names_the_setting(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("target", TARGETS)
def test_the_readme_names_the_make_target(target: str) -> None:
    assert f"make {target}" in README


def test_the_readme_promises_no_command_that_does_not_exist() -> None:
    promised = set(re.findall(r"flask ((?:admin|bookings|inbox|outbox|db|calcom|secrets|privacy) [a-z0-9-]+|[a-z]+)", README))
    first_words = {command.split()[0] for command in COMMANDS}
    for command in promised:
        assert command in COMMANDS or (" " not in command and command in first_words | {"command"}), command


def test_the_readme_names_every_command_line_tool_of_the_house_in_make_help() -> None:
    assert TARGETS[0] == "help"


def test_the_example_lists_every_setting_once_and_nothing_unknown() -> None:
    listed = re.findall(r"^#?([A-Z][A-Z0-9_]*(?:<NAME>)?)=", EXAMPLE, re.MULTILINE)
    assert sorted(listed) == sorted([*SETTINGS, NAMED_SECRET])


def test_the_example_shows_the_defaults_that_count() -> None:
    for name, value in re.findall(r"^#([A-Z][A-Z0-9_]*)=(.+)$", EXAMPLE, re.MULTILINE):
        default = Settings.model_fields[name].default
        shown = ",".join(default) if isinstance(default, list) else str(default).lower() if isinstance(default, bool) else str(default)
        assert value == shown, name


def test_the_example_says_which_settings_may_come_from_a_file() -> None:
    for name in SECRETS:
        assert name in EXAMPLE.partition("# ---")[0]


def test_the_pictures_of_the_readme_are_there() -> None:
    for picture in re.findall(r"!\[[^\]]+\]\((docs/[^)]+)\)", README):
        assert (ROOT / picture).is_file(), f"{picture}: make screenshots ARGS=--readme writes it"
