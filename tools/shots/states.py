"""States that come of trouble or of long work: rows as the site itself would have written them, put right afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import delete, select

from app import clock
from app.cli.demo import ENGINE_KEY
from app.db import Model, transaction
from app.errands import Errand, ErrandState
from app.inbox.models import InboxMessage, InboxState
from app.outbox import hold
from app.outbox.models import OutboxMessage, OutboxPause, OutboxState
from app.sync.models import RunKind, RunState, SyncRun
from tools.shots.shot import State, World


@contextmanager
def _row(world: World, row: Model) -> Iterator[int]:
    """A row that is there for a while; its number."""
    kind = type(row)
    with world.app.app_context(), transaction() as session:
        session.add(row)
        session.flush()
        number: int = row.id  # type: ignore[attr-defined]  # every table here is counted
    try:
        yield number
    finally:
        with world.app.app_context(), transaction() as session:
            session.execute(delete(kind).where(kind.id == number))  # type: ignore[attr-defined]  # the same


@contextmanager
def _changed(world: World, kind: type[Any], number: int, values: Mapping[str, object]) -> Iterator[None]:
    """A row that says something else for a while."""

    def write(wanted: Mapping[str, object]) -> dict[str, object]:
        with world.app.app_context(), transaction() as session:
            row = session.scalars(select(kind).where(kind.id == number)).one()
            before = {name: getattr(row, name) for name in wanted}
            for name, value in wanted.items():
                setattr(row, name, value)
        return before

    before = write(values)
    try:
        yield
    finally:
        write(before)


def errand(state: ErrandState, *, error: str = "") -> State:
    """A replay of many deliveries that is as far as this."""

    @contextmanager
    def during(world: World) -> Iterator[None]:
        now = clock.now()
        done = 1_480 if state is ErrandState.DONE else 0 if state is ErrandState.ASKED else 612
        over = None if state in {ErrandState.RUNNING, ErrandState.ASKED} else now - timedelta(minutes=1)
        counts = {"processed": done - 12, "ignored": 9, "dead": 3} if done else {}
        row = Errand(
            kind="replay", cause="admin:Demo owner", what={}, state=state, total=1_480, done=done, counts=counts, error=error,
            asked_at=now - timedelta(minutes=4), started_at=now - timedelta(minutes=4), heartbeat_at=now + timedelta(minutes=1), ended_at=over,
        )  # fmt: skip
        with _row(world, row) as number:
            world.words["errand"] = str(number)
            yield

    return during


@contextmanager
def sync_running(world: World) -> Iterator[None]:
    """A comparison that another machine carries out."""
    now = clock.now()
    row = SyncRun(
        kind=RunKind.FULL, cause="admin:Demo owner", state=RunState.RUNNING, step="created", owner="elsewhere:1",
        created=14, changed=3, same=2_250, asked_at=now, started_at=now - timedelta(minutes=2), heartbeat_at=now,
    )  # fmt: skip
    with _row(world, row):
        yield


@contextmanager
def sync_failed(world: World) -> Iterator[None]:
    """A comparison that could not be finished."""
    now = clock.now()
    why = "Cal.com did not answer within 10 seconds."
    row = SyncRun(kind=RunKind.CHANGES, cause="clock", state=RunState.FAILED, error=why, same=250, asked_at=now, started_at=now, ended_at=now)
    with _row(world, row):
        yield


@contextmanager
def troubles(world: World) -> Iterator[None]:
    """A delivery and a mail that failed, one that is tried again, one of which nobody knows whether it arrived."""
    now = clock.now()
    refused = "The mail server refused the address: 550 5.1.1 ben@example.org: Recipient address rejected: User unknown in virtual mailbox table"
    away = "The mail server did not answer within 30 seconds."
    mails = {
        "dead_mail": {"state": OutboxState.DEAD, "why": refused, "attempts": 1, "sent_at": None},
        "retried_mail": {"state": OutboxState.RETRYING, "why": away, "attempts": 3, "due_at": now + timedelta(minutes=8), "sent_at": None},
        "unclear_mail": {"state": OutboxState.UNKNOWN, "why": "The machine stopped while it was being sent.", "attempts": 1},
    }
    failed = {"state": InboxState.DEAD, "error": "start: the time “next Tuesday” cannot be read", "attempts": 8}
    with ExitStack() as stack:
        stack.enter_context(_changed(world, InboxMessage, int(world.words["delivery"]), failed))
        for name, values in mails.items():
            stack.enter_context(_changed(world, OutboxMessage, int(world.words[name]), values))
        yield


@contextmanager
def mail_held(world: World) -> Iterator[None]:
    """Mail that waits until somebody lets it leave."""
    with world.app.app_context(), transaction() as session:
        hold.hold(session, why="restored from the backup of last night")
    try:
        yield
    finally:
        with world.app.app_context(), transaction() as session:
            hold.release(session)


@contextmanager
def mail_server_away(world: World) -> Iterator[None]:
    """A mail server that does not answer."""
    now = clock.now()
    row = OutboxPause(
        host="smtp.example.com:587", since=now - timedelta(minutes=20), until=now + timedelta(minutes=5), failures=4, why="It refuses the connection."
    )
    with world.app.app_context(), transaction() as session:
        session.add(row)
    try:
        yield
    finally:
        with world.app.app_context(), transaction() as session:
            session.execute(delete(OutboxPause))


@contextmanager
def webhook_off(world: World) -> Iterator[None]:
    """The webhook at Cal.com is switched off."""
    _set_webhook(world, active=False)
    try:
        yield
    finally:
        _set_webhook(world, active=True)


def _set_webhook(world: World, **values: object) -> None:
    headers = {"Authorization": f"Bearer {ENGINE_KEY}"}
    listed = requests.get(f"{world.demo.calcom_url}/v2/webhooks", headers=headers, timeout=10).json()["data"]
    requests.patch(f"{world.demo.calcom_url}/v2/webhooks/{listed[0]['id']}", headers=headers, json=values, timeout=10).raise_for_status()
