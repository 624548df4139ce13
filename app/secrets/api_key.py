"""A new API key, made by Cal.com in exchange for the present one.

Cal.com says the new key once and deletes the old one in the same moment. So before it is asked the database must take writes; what it
answers is stored, sealed, before anything else happens; and every process takes the new key from there (`calcom/key.py`), the settings
being read only at the start. An answer that gets lost cannot be had again: the next run finds out whether the old key still counts. When
it does, nothing happened and Cal.com is asked anew. When it does not, the owner makes a key by hand; deliveries do not depend on it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app import clock
from app.accounts.staff_acts import note as note_act
from app.away import STORE_ERRORS
from app.calcom import key as keys
from app.calcom.calling import Broken
from app.calcom.client import Client
from app.calcom.errors import Away, CalcomError, Unsure
from app.calcom.key import SETTING, ApiKey
from app.calcom.models import SecretChange
from app.db import takes_writes, transaction
from app.sealing import Seal
from app.secrets import rows
from app.secrets.rows import Opened, State

BY_HAND = (
    "Make a key at Cal.com (Settings, Developer, API keys), set it as CALCOM_API_KEY and start the site again. Deliveries go on without it; "
    "what was not compared meanwhile is compared then."
)


class Lost(Exception):
    """Cal.com has deleted the old key, and nobody knows the new one."""


class NotStored(Exception):
    """The new key is sealed in a file, because the database did not take it."""


@dataclass(frozen=True)
class Renewal:
    """What the change of the API key works with."""

    client: Client
    url: str
    key: ApiKey
    seal: Seal = field(repr=False)
    rescue: Path
    """Where the new key goes, sealed, when the database fails in the wrong moment."""
    say: Callable[[str], None]
    watch: Callable[[str], None] = lambda _point: None

    def run(self, *, days: int | None) -> Opened | None:
        """The change once it is made. Raises `Lost`, `NotStored`, and what the client raises."""
        if self.rescue.exists():
            return self._rescued()
        present = self.key.now(look=True)
        change = rows.found(SETTING, self.seal)
        asked_before = change is not None and change.state == State.ASKED
        if not self._good(present):
            raise Lost(f"An earlier run lost Cal.com's answer. {BY_HAND}" if asked_before else f"Cal.com does not take the present key. {BY_HAND}")
        if asked_before:
            self.say("An earlier run was stopped before Cal.com made a new key: the present one still counts.")
        if not takes_writes():
            raise Away("The database takes no writes now, so a new key could not be stored; nothing was asked.")
        with transaction() as session:
            rows.begin(session, SETTING, state=State.ASKED, value="", before=[present], seal=self.seal, now=clock.now())
            note_act(session, staff_id=None, act="secret.rotate", on=SETTING)
        self.watch("asked")
        try:
            new = self.client.keys.refresh(days=days)
        except Unsure:
            return self._look(present)
        except CalcomError:
            self._forget(present)
            raise
        self.watch("answered")
        return self._keep(new, days)

    def _keep(self, new: str, days: int | None) -> Opened | None:
        now = clock.now()
        try:
            with transaction() as session:
                row = session.get(SecretChange, SETTING) or SecretChange(name=SETTING, retired=[], retiring=[], started_at=now)
                row.state, row.value = State.DONE, self.seal.close(new)
                row.set_at, row.drop_at = now, now
                row.expires_at = now + timedelta(days=days) if days else None
                session.add(row)
        except STORE_ERRORS as error:
            _write_private(self.rescue, self.seal.close(new))
            raise NotStored(f"The database did not take the new key. It is sealed in {self.rescue}: run the command again.") from error
        self.watch("stored")
        self.say("The new key is stored, sealed, and counts in every process.")
        if not self._good(new):
            raise Lost(f"Cal.com does not take the key that it has just made. {BY_HAND}")
        return rows.found(SETTING, self.seal)

    def _look(self, present: str) -> Opened | None:
        if self._good(present):
            self._forget(present)
            raise Away("Cal.com gave no proper answer and made no new key: the present one still counts. Try again later.")
        raise Lost(f"Cal.com made a new key, deleted the old one, and its answer got lost. {BY_HAND}")

    def _forget(self, present: str) -> None:
        """All is as before; what an earlier change had put in place goes on counting."""
        with transaction() as session:
            row = session.get(SecretChange, SETTING)
            if row is not None and not row.retired:
                session.delete(row)
            elif row is not None:
                row.state, row.value, row.retiring, row.drop_at = State.DONE, self.seal.close(present), [], clock.now()

    def _rescued(self) -> Opened | None:
        new = self.seal.open(self.rescue.read_text(encoding="ascii"))
        if not new or not self._good(new):
            raise Lost(f"{self.rescue} does not hold a key that Cal.com takes. Remove it. {BY_HAND}")
        kept = self._keep(new, None)
        self.rescue.unlink()
        return kept

    def _good(self, key: str) -> bool:
        try:
            return keys.is_good(key, url=self.url)
        except Broken as error:
            raise Away(f"Cal.com cannot be asked now: {error}.") from None


def _write_private(path: Path, content: str) -> None:
    """On disk, for nobody else to read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
