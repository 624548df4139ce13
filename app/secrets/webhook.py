"""A webhook secret made new while deliveries come: none that is good is refused, none with the old one is taken after the overlap.

Each step is a commit, and each may be repeated: whoever is killed anywhere starts the command again, and it goes on.

1. The new secret is stored, sealed, and counts beside the old one. Then a pause, until every process of the site knows.
2. It is set at every webhook at Cal.com that leads here, and read back. When Cal.com refuses, what was set is set back.
3. A delivery signed with it comes. Only then is it sure that the old one may go; until then both count, for as long as it takes.
4. So long after the second step as the overlap lasts, the old one is refused, in every process at the same moment. Deliveries that
   were signed before may be late: newer installations of Cal.com try again for some minutes.

Somebody the API does not list (the webhook of a team) may use the same secret. That shows by deliveries that were made after the second
step and are signed with the old one: then it stays, and the owner is told, because a refused delivery is lost and a late end is not.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock
from app.accounts.staff_acts import note as note_act
from app.calcom.client import Client
from app.calcom.errors import NotAllowed, NotFound, Refused
from app.calcom.models import SecretChange
from app.calcom.secret_changes import LEARNT_SECONDS
from app.calcom.secrets import WebhookSecrets, secret_setting
from app.db import transaction
from app.sealing import Seal, footprint
from app.secrets import proof, rows
from app.secrets.hooks import Hook, hooks, sign_with
from app.secrets.rows import Opened, State

ON_ITS_WAY = timedelta(minutes=1)
"""A delivery that was made so soon after the change may still be signed with the old secret."""
BYTES = 32


class NoWebhook(Exception):
    """Cal.com lists no webhook that leads to this subscription, so nothing can be changed there."""


class Undone(Exception):
    """Cal.com refused; everything is as it was before."""


@dataclass(frozen=True)
class Rotation:
    """What the change of webhook secrets works with."""

    client: Client
    site_url: str
    known: WebhookSecrets
    seal: Seal = field(repr=False)
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    watch: Callable[[str], None] = lambda _point: None
    """Is told the points that are passed; tests end the process there."""

    def hooks(self, subscription: str) -> tuple[Hook, ...]:
        """The webhooks at Cal.com that lead to a subscription."""
        return tuple(hook for hook in hooks(self.client, site_url=self.site_url, subscriptions=self.known.names()) if hook.subscription == subscription)

    def run(self, subscription: str, *, overlap: timedelta) -> Opened:
        """How the change stands after as many steps as could be made now; goes on where an earlier run was stopped.

        Raises `NoWebhook`, `Undone`, and what the client raises when Cal.com is away (then both secrets count: run it again).
        """
        name = secret_setting(subscription)
        change = rows.found(name, self.seal)
        if change is not None and change.state == State.UNDOING:
            self._undo(subscription, change)
        if change is None or change.is_over(clock.now()) or change.state == State.UNDONE or not change.readable:
            if not self.hooks(subscription):
                raise NoWebhook(subscription)
            change = self._accept(subscription, overlap)
            self.watch("accepted")
        if change.state == State.ACCEPTED:
            change = self._set(subscription, change)
        settle(subscription, self.seal)
        return rows.found(name, self.seal) or change

    def _accept(self, subscription: str, overlap: timedelta) -> Opened:
        name, before = secret_setting(subscription), self.known.of(subscription)
        for each in before:  # slow the first time, so not while others wait to write
            footprint(name, each)
        with transaction() as session:
            row = rows.begin(
                session,
                name,
                state=State.ACCEPTED,
                value=secrets.token_urlsafe(BYTES),
                before=before,
                seal=self.seal,
                now=clock.now(),
                overlap_seconds=round(overlap.total_seconds()),
            )
            note_act(session, staff_id=None, act="secret.rotate", on=name)
            change = rows.opened_from(row, self.seal)
        self.say("A new secret is stored, sealed; it counts beside the old one.")
        return change

    def _set(self, subscription: str, change: Opened) -> Opened:
        self.say(f"Every process of the site learns of it: {LEARNT_SECONDS:.0f} seconds.")
        self.sleep(LEARNT_SECONDS)
        self.watch("learnt")
        try:
            for hook in self.hooks(subscription):
                if hook.secret != change.value:
                    sign_with(self.client, hook, change.value)
                    self.watch("told")
                    self.say(f"Cal.com signs with it: {hook.name}")
            self._read_back(subscription, change)
        except (Refused, NotAllowed, NotFound) as error:
            self.say(f"Cal.com refuses: {error}")
            self._undo(subscription, change)
        self.watch("read back")
        with transaction() as session:
            row = _row(session, change)
            row.state, row.set_at = State.SET, clock.now()
            change = rows.opened_from(row, self.seal)
        self.watch("set")
        return change

    def _read_back(self, subscription: str, change: Opened) -> None:
        there = self.hooks(subscription)
        other = [hook.name for hook in there if hook.secret != change.value]
        if other or not there:
            raise Refused(f"Cal.com took the new secret and does not have it: {', '.join(other) or 'there is no webhook any more'}.")

    def _undo(self, subscription: str, change: Opened) -> None:
        """Sets back what was set, then raises `Undone`. What was signed meanwhile is taken for as long as the overlap lasts."""
        with transaction() as session:
            _row(session, change).state = State.UNDOING
        self.watch("undoing")
        old = change.before[0]
        for hook in self.hooks(subscription):
            if hook.secret == change.value:
                sign_with(self.client, hook, old)
                self.say(f"Set back: {hook.name}")
        with transaction() as session:
            overlap = _row(session, change).overlap_seconds
            row = rows.begin(session, change.name, state=State.UNDONE, value=old, before=[change.value], seal=self.seal, now=clock.now())
            row.retired = [each for each in row.retired if each not in set(_footprints(change))]
            row.drop_at = clock.now() + timedelta(seconds=overlap)
            note_act(session, staff_id=None, act="secret.rotate_undone", on=change.name)
        raise Undone(change.name)


def drop_old(subscription: str) -> bool:
    """The old secret is refused from now on, whatever is proven; False when no change is under way."""
    with transaction() as session:
        row = session.get(SecretChange, secret_setting(subscription))
        now = clock.now()
        if row is None or row.state not in {State.SET, State.PROVEN, State.KEPT} or (row.drop_at is not None and row.drop_at <= now):
            return False
        row.state, row.drop_at, row.note = State.PROVEN, now, ""
        note_act(session, staff_id=None, act="secret.drop_old", on=row.name)
    return True


def settle(subscription: str, seal: Seal) -> None:
    """Looks whether a delivery proves the new secret, or shows that the old one is in use; the worker does so now and then."""
    change, now = rows.found(secret_setting(subscription), seal), clock.now()
    if change is None or change.set_at is None or change.is_over(now) or change.state not in {State.SET, State.PROVEN}:
        return
    later = change.set_at + ON_ITS_WAY
    lingering = proof.signed_with(change.before, subscription=subscription, since=later, made_since=later)
    proven = change.state == State.PROVEN or proof.signed_with([change.value], subscription=subscription, since=change.started_at) > 0
    if not lingering and not (proven and change.state == State.SET):
        return
    with transaction() as session:
        row = _row(session, change)
        if lingering:
            row.state, row.drop_at = State.KEPT, None
            row.note = f"{lingering} deliveries made after the change are signed with the old secret: another webhook, perhaps of a team, still uses it."
        else:
            row.state, row.proven_at = State.PROVEN, now
            row.drop_at = max(now, change.set_at + timedelta(seconds=row.overlap_seconds))


def settle_all(subscriptions: Sequence[str], seal: Seal) -> None:
    """The same for all of them, at the cost of one reading statement when nothing is under way."""
    under_way = {change.name for change in rows.everything(seal) if change.state in {State.SET, State.PROVEN} and not change.is_over(clock.now())}
    for subscription in subscriptions:
        if secret_setting(subscription) in under_way:
            settle(subscription, seal)


def _row(session: Session, change: Opened) -> SecretChange:
    row = session.get(SecretChange, change.name)
    if row is None or row.started_at != change.started_at:
        raise Overtaken(change.name)
    return row


class Overtaken(Exception):
    """Another command works on the same secret."""


def _footprints(change: Opened) -> list[str]:
    return [footprint(change.name, each) for each in change.before]


def since(change: Opened) -> datetime:
    """When the change had come as far as it has."""
    return change.proven_at or change.set_at or change.started_at
