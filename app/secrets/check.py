"""How the secrets of this site stand: present, in shape, young enough, the same at Cal.com, and nowhere in clear. Values are never shown."""

import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.engine import Engine

from app import clock
from app.alarms import secret_age
from app.calcom import key as keys
from app.calcom.calling import Broken
from app.calcom.client import Client
from app.calcom.errors import CalcomError
from app.calcom.key import SETTING as API_KEY
from app.calcom.secrets import WebhookSecrets, secret_setting
from app.config import FIXES, ROOT, Settings
from app.sealing import Seal
from app.secrets import in_clear, in_history, repository, rows
from app.secrets.hooks import hooks
from app.secrets.rows import Opened, State
from app.secrets.sealed import reseal
from app.setting_sources import FILE

FEWEST_LETTERS = 8
"""A secret with fewer different ones was typed and not drawn."""
SHORT = 16
WARN_BEFORE = timedelta(days=14)
UNFINISHED = timedelta(hours=1)
REMEMBERED = "secrets-history.json"
AGAIN = "flask secrets check"
ROTATE = "flask secrets rotate-webhook"
CLOSED = "add the key that closed it to SECRET_KEY_FALLBACKS"


class Status(StrEnum):
    """How one thing stands."""

    OK = "ok"
    OFF = "off"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Found:
    """What was found of one thing; `setting` is empty when it is about all of them."""

    check: str
    setting: str
    status: Status
    says: str
    fix: str = ""


@dataclass(frozen=True)
class Keeper:
    """What is looked at."""

    settings: Settings
    known: WebhookSecrets
    values: Mapping[str, str] = field(repr=False)
    """Setting → its value as it counts now."""
    environ: Mapping[str, str] = field(repr=False)
    client: Client | None
    seal: Seal = field(repr=False)
    engine: Engine
    logs: Sequence[Path] = ()
    for_history: timedelta = timedelta(seconds=60)
    """So long the history of the repository is searched at most; the next look goes on there."""
    stopped: in_clear.Enough = lambda: False
    """Whether somebody asked for an end; what was found until then is told."""
    progress: in_history.Progress = lambda *_: None

    def look(self) -> list[Found]:
        """Everything that was found, good and bad."""
        checks: tuple[Callable[[], Iterator[Found]], ...] = (
            self._present, self._shape, self._files, self._age, self._changes, self._sealed, self._key_at_calcom, self._webhooks_at_calcom,
            self._in_clear, self._in_history,
        )  # fmt: skip
        return [found for check in checks for found in check()]

    def _present(self) -> Iterator[Found]:
        for name in ("SECRET_KEY", "CALCOM_WEBHOOK_SECRET"):
            if name not in self.values:
                yield Found("present", name, Status.FAILED, "It is not set.", FIXES[name])
        for name in self.values:
            source = self.settings.sources.get(name)
            yield Found("present", name, Status.OK, f"Set by {source.value}." if source else "Set.")

    def _shape(self) -> Iterator[Found]:
        for name, parts in in_clear.needles(self.values).items():
            for part in parts:
                if len(set(part)) < FEWEST_LETTERS:
                    yield Found("shape", name, Status.WARNING, "It has too few different letters to be random.", _renew(name))
                elif part[:1] in b"'\"" and part[-1:] == part[:1]:
                    yield Found("shape", name, Status.WARNING, "It stands in quotes, which count as part of it.", f"remove the quotes around {name}")
                elif len(part) < SHORT and name.startswith("CALCOM_WEBHOOK_SECRET"):
                    yield Found("shape", name, Status.WARNING, f"It is shorter than {SHORT} characters.", ROTATE)

    def _files(self) -> Iterator[Found]:
        paths = {name: Path(path) for name, path in self.environ.items() if name.endswith(FILE) and name.removesuffix(FILE) in self.values}
        for name, path in ({"": Path(".env").resolve()} | paths).items():
            try:
                mode = stat.S_IMODE(path.stat().st_mode)
            except OSError:
                continue
            if mode & 0o077:
                yield Found("file", name, Status.WARNING, f"{path} may be read by others (mode {mode:03o}).", f"chmod 600 {path}")

    def _age(self) -> Iterator[Found]:
        digests = dict(secret_age.in_use(self.settings, {name: self.known.of(name) for name in self.known.names()}))
        seen, now = secret_age.first_seen(digests), clock.now()
        for name in digests:
            days = (now - seen[name]).days if name in seen else 0
            status = Status.WARNING if days >= self.settings.SECRET_DAYS else Status.OK
            yield Found("age", name, status, f"In use here for {days} days." if name in seen else "Not seen in use before.", _renew(name) if days else "")

    def _changes(self) -> Iterator[Found]:
        now = clock.now()
        for change in rows.everything(self.seal):
            yield from _of_change(change, late=now - change.started_at > UNFINISHED)
            if change.expires_at is not None and change.state == State.DONE and change.expires_at - now < WARN_BEFORE:
                yield Found("age", change.name, Status.WARNING, f"Cal.com refuses it from {change.expires_at:%Y-%m-%d} on.", _renew(change.name))

    def _sealed(self) -> Iterator[Found]:
        for tally in reseal(self.settings.sealing_keys, change=False):
            if tally.closed:
                yield Found(
                    "sealed",
                    "SECRET_KEY",
                    Status.FAILED,
                    f"No key opens {tally.closed} seals of {tally.table}.",
                    "add the key that closed them to SECRET_KEY_FALLBACKS",
                )
            if tally.old:
                yield Found(
                    "sealed", "SECRET_KEY", Status.WARNING, f"{tally.old} seals of {tally.table} need a key of SECRET_KEY_FALLBACKS.", "flask secrets reseal"
                )

    def _key_at_calcom(self) -> Iterator[Found]:
        if self.client is None:
            yield Found("at Cal.com", API_KEY, Status.OFF, "There is no key, so nothing can be asked.")
            return
        try:
            good = keys.is_good(self.values[API_KEY], url=self.settings.CALCOM_API_URL)
        except (Broken, CalcomError) as error:
            yield Found("at Cal.com", API_KEY, Status.WARNING, f"Cal.com could not be asked: {error}")
            return
        yield (
            Found("at Cal.com", API_KEY, Status.OK, "Cal.com takes it.")
            if good
            else Found(
                "at Cal.com",
                API_KEY,
                Status.FAILED,
                "Cal.com does not take it.",
                "make a key at Cal.com (Settings, Developer, API keys) and set it as CALCOM_API_KEY",
            )
        )

    def _webhooks_at_calcom(self) -> Iterator[Found]:
        if self.client is None:
            return
        try:
            there = hooks(self.client, site_url=self.settings.SITE_URL, subscriptions=self.known.names())
        except CalcomError as error:
            yield Found("at Cal.com", "CALCOM_WEBHOOK_SECRET", Status.WARNING, f"Cal.com could not be asked: {error}")
            return
        for subscription in self.known.names():
            name, known = secret_setting(subscription), self.known.of(subscription)
            mine = [hook for hook in there if hook.subscription == subscription]
            if not mine:
                yield Found("at Cal.com", name, Status.OFF, "The API lists no webhook that uses it. (Those of teams are not listed.)")
            for hook in mine:
                if hook.secret in known[:1]:
                    yield Found("at Cal.com", name, Status.OK, f"The same at {hook.name}.")
                elif hook.secret in known:
                    yield Found("at Cal.com", name, Status.WARNING, f"{hook.name} still signs with an older one.", ROTATE)
                else:
                    yield Found("at Cal.com", name, Status.FAILED, f"{hook.name} signs with another one: its deliveries are refused.", ROTATE)

    def _in_clear(self) -> Iterator[Found]:
        wanted = in_clear.needles(self.values)
        files = repository.files(ROOT)
        for name, path in in_clear.in_files(wanted, self._counted("files of the repository", files or ()), self.stopped):
            yield Found(
                "in clear", name, Status.FAILED, f"It stands in {path}, in the repository.", f"remove it there and from the history, then: {_renew(name)}"
            )
        folder = self.settings.INSTANCE_PATH.resolve()
        own = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_relative_to(folder / "backups") and path.name != "demo.json"]
        for name, path in in_clear.in_files(wanted, self._counted("files of the site and logs", [*own, *self.logs]), self.stopped):
            yield Found("in clear", name, Status.FAILED, f"It stands in {path}.", f"remove it there, then: {_renew(name)}")
        self.progress("database", 0, 1)
        for name, column in in_clear.in_database(wanted, self.engine, self.stopped):
            yield Found("in clear", name, Status.FAILED, f"It stands in {column} of the database.", f"remove it there, then: {_renew(name)}")
        where = f"{len(files) if files is not None else 'no'} files of the repository, {len(own)} of the site, {len(self.logs)} logs, the database"
        if self.stopped():
            yield Found("in clear", "", Status.WARNING, f"Stopped before all was searched: {where}.", AGAIN)
        else:
            yield Found("in clear", "", Status.OK, f"Searched: {where}.")

    def _counted(self, what: str, paths: Sequence[Path]) -> Iterator[Path]:
        for number, path in enumerate(paths):
            self.progress(what, number, len(paths))
            yield path

    def _in_history(self) -> Iterator[Found]:
        remembered = self.settings.INSTANCE_PATH.resolve() / REMEMBERED
        wanted = in_clear.needles(self.values)
        until = time.monotonic() + self.for_history.total_seconds()
        try:
            searched = in_history.search(wanted, ROOT, remembered, enough=lambda: self.stopped() or time.monotonic() >= until, progress=self.progress)
        except repository.NoRepository as why:
            yield Found("in history", "", Status.OFF, f"{why} So no history was searched.")
            return
        except (repository.GitFailed, OSError) as error:
            yield Found("in history", "", Status.WARNING, f"The history could not be searched: {error}.", AGAIN)
            return
        for name, commit, path in searched.found:
            where = f"It came into the history of the repository with commit {commit[:12] or 'of a tag'}, in {path}."
            yield Found(
                "in history", name, Status.FAILED, where, f"{_renew(name)}; whoever has a copy of the repository has it, also when it is taken out there"
            )
        yield _of_history(searched, stopped=self.stopped())


def _of_history(searched: in_history.Searched, *, stopped: bool) -> Found:
    """How much was looked at."""
    since = " that came since it was last searched" if searched.since else ""
    more = " It is a shallow clone: what is older is not here." if searched.shallow else ""
    more += f" {searched.missing} of them are not on this machine." if searched.missing else ""
    if searched.finished:
        return Found("in history", "", Status.OK, f"Searched: {searched.whole:,} objects of the history{since}, {searched.size / 1e6:.1f} MB.{more}")
    part = f"{searched.done:,} of {searched.whole:,} objects{since}" if searched.whole else "a part of the list of its objects"
    why = "" if stopped else ", when the time for it was over"
    says = f"Stopped after {part}, {searched.size / 1e6:.1f} MB{why}.{more}"
    return Found("in history", "", Status.WARNING, says, f"{AGAIN} --history 10m, which goes on there")


def _of_change(change: Opened, *, late: bool) -> Iterator[Found]:
    again = "flask secrets rotate-api-key" if change.name == API_KEY else ROTATE
    if not change.readable:
        yield Found("change", change.name, Status.FAILED, "It was made new, and no key of ours opens it.", CLOSED)
    elif change.state == State.KEPT:
        yield Found("change", change.name, Status.WARNING, change.note, f"change it there as well, then: {again} --drop-old")
    elif late and change.state in {State.ACCEPTED, State.UNDOING, State.ASKED}:
        yield Found("change", change.name, Status.WARNING, f"Its change was begun at {change.started_at:%Y-%m-%d %H:%M} UTC and not finished.", again)
    elif late and change.state == State.SET:
        yield Found("change", change.name, Status.WARNING, "No delivery has proven the new one yet; both count.", "press Ping test at the webhook, at Cal.com")


def _renew(name: str) -> str:
    if name.startswith("CALCOM_WEBHOOK_SECRET"):
        return ROTATE
    return "flask secrets rotate-api-key" if name == API_KEY else f"see 'Change a secret' in the README for {name}"
