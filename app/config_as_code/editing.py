"""One event type changed by somebody on a page: the same file, the same plan, the same apply, with a way back.

The file is changed first and the account after it; if Cal.com refuses, the file is put back, so that both still say the same. Only
the change of this event type is carried out: whatever else differs was not asked for. Each edit is kept with what was there
before; taking one back is an edit of its own, and only possible while nobody has changed the same since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml.nodes import MappingNode
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.config_as_code import normal, store
from app.config_as_code.adopt import Texts, merge, node_at
from app.config_as_code.apply import Done
from app.config_as_code.complaints import ConfigError
from app.config_as_code.desk import Compared, ConfigDesk
from app.config_as_code.files import Config, load, parse
from app.config_as_code.kinds import Fields, Kind
from app.config_as_code.models import CalcomEdit
from app.config_as_code.plan import Plan
from app.config_as_code.questions import USUAL
from app.config_as_code.rewrite import NotInPlace, Rewriter
from app.config_as_code.surroundings import Surroundings
from app.config_as_code.wishes import Wish, wishes
from app.db import db

SHOWN = 20


class Overtaken(Exception):
    """Somebody has changed the same since; nothing was done."""


@dataclass(frozen=True)
class Proposal:
    """An edit that is not made yet: the new texts, and what they would do at Cal.com."""

    slug: str
    before: Fields
    after: Fields
    texts: Texts
    compared: Compared

    @property
    def plan(self) -> Plan:
        """The change of this event type alone."""
        return self.compared.plan


def listed(config: Config, around: Surroundings) -> list[Wish]:
    """The event types of the file, in its order."""
    return [wish for wish in wishes(config, around).objects if wish.kind == Kind.EVENT_TYPE]


def one(config: Config, around: Surroundings, slug: str) -> Wish | None:
    """The event type with this slug."""
    return next((wish for wish in listed(config, around) if wish.key == slug), None)


def own_questions(wish: Wish) -> list[dict[str, Any]]:
    """The owner's own questions; the usual ones are not edited here."""
    return [dict(row) for row in wish.fields.get("bookingFields", ()) if row["slug"] not in USUAL]


def with_questions(wish: Wish, own: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All questions, the usual ones as they are."""
    usual = [dict(row) for row in wish.fields.get("bookingFields", ()) if row["slug"] in USUAL]
    return [*usual, *map(dict, own)]


def propose(desk: ConfigDesk, slug: str, fields: Mapping[str, Any]) -> Proposal:
    """What an edit would do; writes nothing. Raises `ConfigError` for what the file does not allow, or a `CalcomError`."""
    config = load(desk.path)
    wish = one(config, desk.around, slug)
    if wish is None:
        raise ConfigError(f"{desk.path} has no event type {slug}.")
    after = {name: normal.value(name, value) for name, value in fields.items() if wish.fields.get(name) != normal.value(name, value)}
    before = {name: wish.fields.get(name) for name in after}
    texts = edited(config, wish, after)
    documents = tuple(parse(each.path, texts[each.path]) if each.path in texts else each for each in config.documents)
    compared = desk.compare(Config(documents), only=frozenset({Kind.SCHEDULE, Kind.EVENT_TYPE}))
    mine = tuple(change for change in compared.plan.changes if change.kind == Kind.EVENT_TYPE and change.key == slug)
    alone = Plan(mine, tuple(report for report in compared.plan.reports if report.key == slug), compared.plan.objects)
    return Proposal(slug, before, after, texts, replace(compared, plan=alone))


def edited(config: Config, wish: Wish, fields: Mapping[str, Any]) -> Texts:
    """The text of the file in which the event type stands, with these properties changed."""
    path, keys = wish.spot
    document = next(each for each in config.documents if each.path == path)
    block = node_at(document.root, keys)
    writer = Rewriter(document.text)
    on_one_line = ConfigError(f"{wish.where}: {wish.key} is written on one line, in braces; write it as a block, one key a line.")
    if not isinstance(block, MappingNode):
        raise on_one_line
    try:
        for name, value in fields.items():
            merge(writer, block, name, wish.fields.get(name), value)
    except NotInPlace:
        raise on_one_line from None
    return {path: writer.text()} if writer.touched else {}


def carry_out(desk: ConfigDesk, proposal: Proposal) -> Done:
    """Writes the file and tells Cal.com; puts the file back where Cal.com refuses."""
    kept = {path: path.read_text(encoding="utf-8") for path in proposal.texts}
    store.write(proposal.texts)
    try:
        result = desk.apply(proposal.compared)
    except BaseException:
        store.write(kept)
        raise
    if not result.complete and not result.done:
        store.write(kept)
    return result


def note(session: Session, proposal: Proposal, *, staff_id: int | None, outcome: str, undoes: int | None = None) -> None:
    """Keeps an edit with its way back, in the caller's transaction."""
    session.add(
        CalcomEdit(
            at=clock.now(), staff_id=staff_id, slug=proposal.slug, before=proposal.before, after=proposal.after, outcome=outcome, undoes=undoes
        )
    )  # fmt: skip


def history() -> list[CalcomEdit]:
    """The newest edits first."""
    return list(db.session.scalars(select(CalcomEdit).order_by(CalcomEdit.at.desc(), CalcomEdit.id.desc()).limit(SHOWN)))


def take_back(desk: ConfigDesk, number: int) -> Proposal:
    """The edit that takes another one back. Raises `Overtaken` when the same was changed since, `ConfigError`, a `CalcomError`."""
    found = db.session.get(CalcomEdit, number)
    if found is None:
        raise Overtaken
    wish = one(load(desk.path), desk.around, found.slug)
    if wish is None or any(wish.fields.get(name) != value for name, value in found.after.items()):
        raise Overtaken
    return propose(desk, found.slug, found.before)
