"""Tokens of people whom we manage at Cal.com as a platform: one adapter, to be used only where Cal.com's old platform offer still runs.

Decisions that stand here:

* Cal.com takes no new customers for it and calls it deprecated, so it is off unless CALCOM_CLIENT_ID and CALCOM_CLIENT_SECRET are set.
* A refresh makes the old pair of tokens worthless, so only one process refreshes: it takes a lease on the row; others wait for
  what it brings. A lease ends by itself when its holder dies.
* Tokens lie sealed in the database and leave it only as the answer of `token_of`. The refresh token never leaves.
* No transaction is open while Cal.com is asked.

https://cal.com/docs/platform/quickstart
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.calcom.calling import Answer, Caller
from app.calcom.errors import Away, NotAllowed, NotConfigured, NotFound, Refused, Wait
from app.calcom.models import ManagedUser
from app.calcom.protocol import Call, filled, query, segment
from app.calcom.read_value import mapping, rows, text, whole
from app.db import db, insert, transaction
from app.sealing import Seal

OFF = "Tokens of managed users are off: set CALCOM_CLIENT_ID and CALCOM_CLIENT_SECRET, if Cal.com's platform offer is still yours."
PURPOSE = "managed user tokens"
LEAST = timedelta(minutes=5)
"""A token is good to give away as long as it lives at least this long."""
LEASE = timedelta(seconds=45)
"""Longer than the calls of a refresh may take."""
PATIENCE_SECONDS = 12.0
LOOK_SECONDS = 0.2

log = structlog.get_logger()


@dataclass(frozen=True)
class Token:
    """What may be given to the person's browser."""

    access_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class _Pair:
    """Both tokens as Cal.com gives them out."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    refresh_expires_at: datetime | None
    user_id: int | None


class ManagedUsers:
    """Gives out tokens; makes the managed user on the way when there is none."""

    def __init__(self, caller: Caller | None, seal: Seal, *, client_id: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._caller = caller
        self._seal = seal
        self._client_id = client_id
        self._sleep = sleep

    def token_of(self, *, email: str, name: str = "", time_zone: str = "") -> Token:
        """A token that acts for this person for some minutes at least.

        Raises `NotConfigured` when the adapter is off, `Wait` when another process takes too long to refresh, and what Cal.com says.
        """
        if self._caller is None:
            raise NotConfigured(OFF)
        email = email.strip().lower()
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            row = self._row(email)
            if row is not None and (token := self._good(row)) is not None:
                return token
            lease = uuid4().hex
            if self._take(email, lease):
                return self._renew(self._caller, email, lease, name=name, time_zone=time_zone)
            if time.monotonic() > until:
                raise Wait("The token of this person is being renewed; ask again in a moment.", seconds=2)
            self._sleep(LOOK_SECONDS)

    # The row --------------------------------------------------------------------------------------------------------------

    def _row(self, email: str) -> ManagedUser | None:
        db.session.rollback()
        found = db.session.scalar(select(ManagedUser).where(self._is(email)))
        if found is not None:
            db.session.expunge(found)
        db.session.rollback()
        return found

    def _is(self, email: str) -> ColumnElement[bool]:
        return and_(ManagedUser.client_id == self._client_id, ManagedUser.email == email)

    def _good(self, row: ManagedUser) -> Token | None:
        access = self._seal.open(row.access_token) if row.access_token else None
        if not access or row.expires_at is None or row.expires_at - clock.now() < LEAST:
            return None
        return Token(access, row.expires_at)

    def _take(self, email: str, lease: str) -> bool:
        """Whether it is us who renew now."""
        now = clock.now()
        free = (ManagedUser.lease_until.is_(None)) | (ManagedUser.lease_until < now)
        with transaction() as session:
            values = {"client_id": self._client_id, "email": email, "access_token": "", "refresh_token": "", "lease": "", "created_at": now}
            session.execute(insert(ManagedUser).values(**values).on_conflict_do_nothing())
            mine = update(ManagedUser).where(self._is(email), free).values(lease=lease, lease_until=now + LEASE)
            return bool(session.connection().execute(mine).rowcount)

    def _write(self, session: Session, email: str, lease: str, **values: object) -> bool:
        """Whether the row was still ours."""
        mine = update(ManagedUser).where(self._is(email), ManagedUser.lease == lease).values(**values, lease="", lease_until=None)
        return bool(session.connection().execute(mine).rowcount)

    def _let_go(self, email: str, lease: str) -> None:
        with transaction() as session:
            self._write(session, email, lease)

    # Cal.com --------------------------------------------------------------------------------------------------------------

    def _renew(self, caller: Caller, email: str, lease: str, *, name: str, time_zone: str) -> Token:
        try:
            row = self._row(email)
            if row is not None and (token := self._good(row)) is not None:  # somebody was done between our look and our lease
                self._let_go(email, lease)
                return token
            pair = self._fetch(caller, row, email, name=name, time_zone=time_zone)
        except BaseException:
            self._let_go(email, lease)
            raise
        with transaction() as session:
            kept = self._write(
                session,
                email,
                lease,
                calcom_id=pair.user_id or (row.calcom_id if row else None),
                access_token=self._seal.close(pair.access),
                refresh_token=self._seal.close(pair.refresh),
                expires_at=pair.expires_at,
                refresh_expires_at=pair.refresh_expires_at,
            )
        if not kept:
            log.warning("a token was renewed after its lease had ended")
        return Token(pair.access, pair.expires_at)

    def _fetch(self, caller: Caller, row: ManagedUser | None, email: str, *, name: str, time_zone: str) -> _Pair:
        refresh = self._seal.open(row.refresh_token) if row and row.refresh_token else None
        if refresh:
            try:
                return self._refresh(caller, refresh)
            except (NotAllowed, NotFound, Refused):
                log.warning("a refresh token is not good any more; a new pair is asked for")
        number = row.calcom_id if row else None
        number = number or self._find(caller, email)
        return self._force(caller, number) if number is not None else self._create(caller, email, name=name, time_zone=time_zone)

    def _refresh(self, caller: Caller, refresh: str) -> _Pair:
        call = Call("refresh a token", "POST", f"/oauth/{segment(self._client_id)}/refresh", body={"refreshToken": refresh})
        return caller.write_once(call, _pair)

    def _force(self, caller: Caller, number: int) -> _Pair:
        call = Call("renew the tokens of a managed user", "POST", f"{self._users()}/{segment(number)}/force-refresh")
        return caller.write_again(call, _pair)

    def _create(self, caller: Caller, email: str, *, name: str, time_zone: str) -> _Pair:
        body = {"email": email, "name": name or email.partition("@")[0]} | filled(timeZone=time_zone)
        return caller.write_once(Call("make a managed user", "POST", self._users(), body=body), _pair)

    def _find(self, caller: Caller, email: str) -> int | None:
        """The number of the managed user with this address, if Cal.com knows one: a made user whose answer got lost is found again."""
        found = rows(caller.read(Call("look for a managed user", "GET", self._users(), query(emails=email, limit=10))).data)
        return next((whole(row.get("id")) for row in found if self._same(email, text(row.get("email")))), None)

    def _same(self, email: str, theirs: str) -> bool:
        """Cal.com writes the client's id into the address: ada+<client id>@example.org."""
        return theirs.lower() in {email, f"+{self._client_id.lower()}@".join(email.split("@", 1))}

    def _users(self) -> str:
        return f"/oauth-clients/{segment(self._client_id)}/users"


def _pair(answer: Answer) -> _Pair:
    said = mapping(answer.data)
    access, refresh, until = text(said.get("accessToken")), text(said.get("refreshToken")), _moment(said.get("accessTokenExpiresAt"))
    if not access or not refresh or until is None:
        raise Away("Cal.com answered with tokens that cannot be understood.")
    return _Pair(access, refresh, until, _moment(said.get("refreshTokenExpiresAt")), whole(mapping(said.get("user")).get("id")))


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970, as JavaScript counts."""
    number = whole(value)
    try:
        return datetime.fromtimestamp(number / 1000, UTC) if number else None
    except (ValueError, OverflowError, OSError):
        return None
