"""Everything that a command or a page can ask for: read, plan, apply, pull. Whoever wants to change holds the lock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from app import clock
from app.calcom.client import Client
from app.calcom.secrets import WebhookSecrets, secret_setting
from app.config import Settings
from app.config_as_code import adopt, store
from app.config_as_code.account import read
from app.config_as_code.apply import Done, apply
from app.config_as_code.complaints import ConfigError
from app.config_as_code.files import Config, load
from app.config_as_code.found import EVERYTHING, Account, Scope
from app.config_as_code.kinds import Kind
from app.config_as_code.plan import Action, Change, Plan, plan
from app.config_as_code.rewrite import fresh
from app.config_as_code.rows import sections
from app.config_as_code.send import Sender
from app.config_as_code.surroundings import Surroundings
from app.config_as_code.wishes import Wishes, wishes
from app.jobs.embedded import take_lock

KEPT_ROLLBACKS = 50


class Busy(Exception):
    """Somebody else is applying or pulling at this moment."""


@dataclass(frozen=True)
class Compared:
    """File, account, and what lies between them."""

    config: Config
    account: Account
    plan: Plan
    scope: Scope
    """What of the account was read."""


@dataclass(frozen=True)
class ConfigDesk:
    """One file and one account."""

    client: Client = field(repr=False)
    path: Path
    around: Surroundings
    instance: Path

    def unhurried(self, should_stop: Callable[[], bool]) -> "ConfigDesk":
        """The same for work that nobody waits for."""
        return replace(self, client=self.client.unhurried(should_stop))

    def compare(self, config: Config | None = None, *, only: frozenset[Kind] | None = None) -> Compared:
        """The plan for the account as it is now, or for these kinds of it alone. Raises `ConfigError` or a `CalcomError`."""
        config = config or load(self.path)
        wanted = wishes(config, self.around)
        if only is not None:
            mine = tuple(wish for wish in wanted.objects if wish.kind in only)
            wanted = Wishes(mine, (), Scope(only, organisation=False, calendar=False, everywhere=frozenset()))
        account = read(self.client, wanted.scope, self.around)
        return Compared(config, account, plan(wanted, account), wanted.scope)

    def apply(
        self,
        compared: Compared,
        *,
        force: bool = False,
        watch: Callable[[Change], None] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Done:
        """Carries a plan out, once the way back is written down. Raises `Unsafe` before anything is done, `Busy` when somebody else does."""
        with self._alone():
            if compared.plan.changes and (force or not compared.plan.unsafe):
                self.write_rollback(compared)
            sender = Sender(self.client, self.around, compared.account.people)
            return apply(compared.plan, sender, force=force, watch=watch, should_stop=should_stop)

    def pull(self, *, everything: bool = False) -> list[Path]:
        """Adopts the account into the file; returns which files were written. Raises `ConfigError`, a `CalcomError`, `Busy`."""
        with self._alone():
            config = load(self.path) if self.path.exists() else None
            scope = EVERYTHING if everything or config is None else wishes(config, self.around).scope
            account = read(self.client, scope, self.around)
            texts = self._texts(config, account, everything=everything)
            store.write(texts)
            return sorted(texts)

    def _texts(self, config: Config | None, account: Account, *, everything: bool) -> adopt.Texts:
        if config is None:
            return adopt.new_file(self.path, account, self.around)
        return adopt.adopted(config, account, self.around, everything=everything)

    def write_rollback(self, compared: Compared) -> Path:
        """The account as it is now, as a file that can be applied to get back to it."""
        folder = self.instance / "calcom-rollback"
        path = folder / f"{clock.now():%Y-%m-%dT%H-%M-%S-%f}.yaml"
        scope, account = compared.scope, compared.account
        if any(change.action == Action.DELETE for change in compared.plan.changes):
            scope = replace(scope, everywhere=EVERYTHING.everywhere)  # what goes with an event type has to come back with it
            account = read(self.client, scope, self.around)
        comment = f"# The account before the changes of {clock.now():%Y-%m-%d %H:%M} UTC. To go back: CALCOM_CONFIG={path} flask calcom apply --force"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            store.write({path: fresh(sections(account, self.around, scope), comment=comment)})
            for old in sorted(folder.glob("*.yaml"))[:-KEPT_ROLLBACKS]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(f"The way back cannot be written to {folder} ({error.strerror}); nothing was changed.") from None
        return path

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.instance.mkdir(parents=True, exist_ok=True)
        lock = take_lock(self.instance / "calcom-config.lock")
        if lock is None:
            raise Busy
        try:
            yield
        finally:
            lock.close()


def desk_of(settings: Settings, client: Client | None, secrets: WebhookSecrets) -> ConfigDesk | None:
    """The desk for the account of the settings; None without a key."""
    if client is None:
        return None
    named = {secret_setting(subscription): secrets.of(subscription) for subscription in secrets.names()}
    return ConfigDesk(client, settings.CALCOM_CONFIG, Surroundings(settings.SITE_URL, named), settings.INSTANCE_PATH)
