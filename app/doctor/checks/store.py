"""The database and its schema."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.accounts import staff_acts
from app.config import MIGRATIONS
from app.db import answers, db, takes_writes
from app.doctor.finding import Finding, failed, good, warning
from app.doctor.patient import Patient

NEWEST_ACTS = 10_000
"""So many are looked at here; `flask admin verify` looks at all."""


def database(patient: Patient) -> Finding:
    """Whether the database answers, takes writes, and keeps what it has acknowledged."""
    if not answers():
        return failed("The database cannot be reached.", _reach(patient))
    if not takes_writes():
        return failed("The database can be read but not written: read-only, full, or held by another process.", _write(patient))
    return _postgresql() if db.engine.dialect.name == "postgresql" else _sqlite()


def schema(_: Patient) -> Finding:
    """Whether the tables are those of this version."""
    script = ScriptDirectory(str(MIGRATIONS))
    head = script.get_current_head()
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == head:
        return good(f"The schema is that of this version ({head}).")
    if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
        return failed(
            f"The database is at revision {found}, which this version does not know.", "Run the newer version of Frontdesk, or restore the backup of before."
        )
    return failed(f"The schema is old: revision {found or 'none'} instead of {head}.", "flask db upgrade")


def acts(_: Patient) -> Finding:
    """Whether the newest lines of what staff did are as they were written."""
    broken = staff_acts.verify(newest=NEWEST_ACTS)
    if broken is None:
        return good("What staff did is as it was written.")
    return failed(
        f"Line {broken.number} of what staff did: {broken.what}.",
        "Somebody wrote to the database past this site. Compare with the last backup, and change the password of the database.\nflask admin verify",
    )


def folder(patient: Patient) -> Finding:
    """Whether INSTANCE_PATH takes files and the disk confirms that it has them; the file is gone afterwards."""
    path = patient.settings.INSTANCE_PATH.resolve()
    try:
        _write_and_sync(path)
    except OSError as error:
        reason = error.strerror or "unknown error"
        return failed(
            f"INSTANCE_PATH {path} cannot be written: {reason}.",
            f"sudo chown -R $(whoami) {path} && chmod u+rwX {path}\n(no space left: make room; read-only: mount it again for writing)",
        )
    return good("INSTANCE_PATH takes files, and the disk confirms them.")


def _write_and_sync(path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path, prefix=".doctor-")
    try:
        os.write(handle, b"\0" * 65_536)
        os.fsync(handle)
    finally:
        os.close(handle)
        with suppress(OSError):
            Path(name).unlink()


def _sqlite() -> Finding:
    with db.engine.connect() as connection:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    if synchronous != 2 or journal != "wal":
        return failed(
            f"SQLite does not wait for the disk (synchronous={synchronous}, journal_mode={journal}).",
            "Put the database on a local disk: network folders cannot hold it.",
        )
    return good("SQLite answers, takes writes, and waits for the disk.")


def _postgresql() -> Finding:
    wanted = {"fsync": "on", "full_page_writes": "on"}
    try:
        wrong = [name for name, value in wanted.items() if db.session.execute(text(f"SHOW {name}")).scalar() != value]
        lazy = db.session.execute(text("SHOW synchronous_commit")).scalar() == "off"
    finally:
        db.session.rollback()
    if wrong:
        return failed(
            f"PostgreSQL may lose what it has acknowledged: {', '.join(wrong)} is off.",
            "\n".join(f"ALTER SYSTEM SET {name} = on;" for name in wrong) + "\nSELECT pg_reload_conf();",
        )
    if lazy:
        return warning(
            "PostgreSQL does not wait for the disk: synchronous_commit is off.", "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
        )
    return good("PostgreSQL answers, takes writes, and waits for the disk.")


def _reach(patient: Patient) -> str:
    if patient.settings.database_uri.startswith("sqlite"):
        return f"Check that this folder is there and yours: {patient.settings.INSTANCE_PATH.resolve()}"
    return "Check DATABASE_URL, and that the server runs: pg_isready -d \"$(echo $DATABASE_URL | sed 's/+psycopg//')\""


def _write(patient: Patient) -> str:
    if patient.settings.database_uri.startswith("sqlite"):
        path = patient.settings.database_uri.removeprefix("sqlite:///")
        return (
            f"df -h {Path(path).parent}    # is there room?\nchmod u+w {path} {Path(path).parent}    # may it be written?\nfuser -v {path}    # who holds it?"
        )
    return "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only');    -- both must say no; then check the disk of the server"
