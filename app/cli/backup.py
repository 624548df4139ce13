"""`flask backup` and `flask restore`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from app.backup.errors import BackupError
from app.backup.make import Making, verify
from app.backup.restore import Restored, Restoring
from app.cli import printing
from app.cli.current import real_app
from app.cli.long_work import Progress, Stopped, ended_at_once
from app.cli.schema import bring_up_to_date
from app.config import MIGRATIONS, Settings
from app.db import db
from app.jobs.embedded import take_lock

FOLDER = "backups"


@click.command("backup")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="The folder; by default backups/ in INSTANCE_PATH.")
@click.option("--keep", type=click.IntRange(min=1), help="Removes the oldest ones, so that so many are left.")
@click.option("--verify", "only_verify", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Makes none; reads this one and checks it.")
@printing.as_json
@with_appcontext
def backup(folder: Path | None, keep: int | None, only_verify: Path | None, *, as_json: bool) -> None:
    """Puts everything that makes this site into one file while it runs; reads it back and checks it. BACKUP_PASSPHRASE locks it."""
    settings: Settings = current_app.extensions["settings"]
    target = folder or settings.INSTANCE_PATH.resolve() / FOLDER
    progress = Progress()
    with _ending(progress, "Stopped. Nothing half was left behind; run it again to begin anew."), ended_at_once():
        if only_verify is not None:
            path, said = only_verify, verify(only_verify, only_verify.parent, passphrase=settings.BACKUP_PASSPHRASE, progress=progress.show)
        else:
            path, said = _making(settings, progress).run(target.resolve(), keep=keep)
    rows = sum(said.counts.values())
    if as_json:
        found = {"file": str(path), "bytes": path.stat().st_size, "created_at": said.created_at, "revision": said.revision, "rows": rows}
        printing.one(found | {"counts": dict(said.counts), "files": sorted(said.files)}, as_json=True)
        return
    click.echo(
        f"{path}: {rows:,} rows, {len(said.files)} files, {path.stat().st_size / 1024 / 1024:.1f} MB, made {said.created_at[:16].replace('T', ' ')} UTC. Good."
    )
    if only_verify is None:
        click.echo("Settings and secrets are not in it: keep them elsewhere. Without SECRET_KEY what lies sealed does not open.")


def restore(factory: Callable[[Settings], Flask]) -> click.Command:
    """`flask restore`, which needs an app of its own to bring an older backup up to date."""

    @click.command("restore")
    @click.argument("backup", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--force", is_flag=True, help="Also when this site holds something; that is kept.")
    @with_appcontext
    def command(backup: Path, *, force: bool) -> None:
        """Makes this site of a backup, from either database to either. Its mail is held until `flask outbox release`."""
        app = real_app()
        settings: Settings = app.extensions["settings"]
        folder = settings.INSTANCE_PATH.resolve()
        lock = take_lock(folder / "worker.lock")
        if lock is None:
            printing.stop("The site runs here: stop flask serve and flask worker first.", code=1)
        if not settings.database_uri.startswith("sqlite"):
            bring_up_to_date(app)
        progress = Progress()

        def bring_copy_up_to_date(copy: Path) -> None:
            of_the_copy = factory(settings.model_copy(update={"DATABASE_URL": f"sqlite:///{copy}"}))
            with of_the_copy.app_context():
                upgrade(directory=str(MIGRATIONS))
                db.session.remove()
                db.engine.dispose()

        def keep() -> Path:
            return _making(settings, progress).run(folder / FOLDER)[0]

        known = frozenset(revision.revision for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
        db.session.remove()
        try:
            with _ending(progress, "Stopped. This site is as it was before. Run the same command again: it begins anew."), ended_at_once() as shield:
                restoring = Restoring(settings, db.engine, known, bring_copy_up_to_date, keep, progress.show, settings.BACKUP_PASSPHRASE, shield.hold)
                done = restoring.run(backup, force=force)
        finally:
            if lock is not None:
                lock.close()
        _tell(done)

    return command


@contextmanager
def _ending(progress: Progress, stopped: str) -> Iterator[None]:
    """What stands against it, or that somebody stopped it, as a sentence and status 1."""
    try:
        yield
    except (BackupError, Stopped) as why:
        progress.end()
        printing.stop(stopped if isinstance(why, Stopped) else str(why), code=1)
    progress.end()


def _making(settings: Settings, progress: Progress) -> Making:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""
    return Making(settings, db.engine, head, progress.show, settings.BACKUP_PASSPHRASE)


def _tell(done: Restored) -> None:
    said = done.manifest
    click.echo(f"Restored: {sum(said.counts.values()):,} rows of {said.created_at[:16].replace('T', ' ')} UTC, from {said.database}.")
    if done.kept is not None:
        click.echo(f"What was here before is kept: {done.kept}")
    for path in done.written:
        click.echo(f"Written: {path}")
    for path in done.beside:
        click.echo(f"There is another one already, so it was written beside: {path}")
    if not done.key_opens:
        click.secho("SECRET_KEY is another one: what lies sealed does not open. Add the key of that time to SECRET_KEY_FALLBACKS.", fg="yellow")
    click.echo(
        f"Mail is held: {done.planned_mails} mails are planned for later, and {done.unknown_mails} were due before now and may have gone out; "
        "those stay until you send them with flask outbox retry."
    )
    click.echo("Next: flask bookings verify, flask serve, flask calcom sync, flask outbox list, and then flask outbox release. Everybody signs in anew.")
