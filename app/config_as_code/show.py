"""A plan for people and for programs: lines for a terminal, JSON, Markdown for a review, HTML for a page."""

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from app.config_as_code import spoken
from app.config_as_code.kinds import WORDS
from app.config_as_code.plan import Action, Change, Differences, Plan, Report, counted

SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}
VERBS = {Action.CREATE: "to create", Action.UPDATE: "to change", Action.DELETE: "to delete"}
ACTS = {Action.CREATE: "Make", Action.UPDATE: "Change", Action.DELETE: "Delete"}
DONE = {Action.CREATE: "made", Action.UPDATE: "changed", Action.DELETE: "deleted"}
TOLD = {"old": Markup("<del>{}</del>"), "new": Markup("<ins>{}</ins>")}
REPORT = "!"
NOTHING_TO_DO = "Nothing to do: Cal.com is as the file says."
WIDE = 100


def summary(plan: Plan) -> str:
    """One sentence."""
    if not plan:
        return NOTHING_TO_DO
    counts = counted(plan.changes)
    return "Plan: " + ", ".join(f"{count} {VERBS[action]}" for action, count in counts.items() if count) + f"; Cal.com has {plan.objects} objects of this file."


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan for scripts; these keys stay."""
    return {
        "changes": [{"action": change.action, "kind": change.kind, "key": change.key, "fields": _pairs(change.fields)} for change in plan.changes],
        "reported": [{"kind": report.kind, "key": report.key, "fields": _pairs(report.fields), "why": report.why} for report in plan.reports],
        "unsafe": list(plan.unsafe),
        "objects": plan.objects,
    }


def lines(plan: Plan) -> Iterator[tuple[str, str]]:
    """Sign and line, for a terminal: `+` made, `~` changed, `-` deleted, `!` only reported, empty for everything else."""
    for change in plan.changes:
        yield SIGNS[change.action], title(change)
        for name, old, new in _told(change):
            yield from _property(name, old, new, change.action)
    if plan.reports:
        if plan.changes:
            yield "", ""
        yield "", "Only reported:"
    for report in plan.reports:
        yield REPORT, f"{WORDS[report.kind]} {report.key}: {report.why}"
        for name, (old, new) in report.fields.items():
            yield from _property(name, old, new, Action.UPDATE)
    if plan.changes or plan.reports:
        yield "", ""
    yield "", summary(plan)
    for reason in plan.unsafe:
        yield REPORT, f"Needs --force: {reason}."


def title(change: Change | Report) -> str:
    """What an object is called."""
    return f"{WORDS[change.kind]} {clean(change.key)}"


def spelled(value: Any) -> str:
    """A value on one line."""
    return "nothing" if value is None else clean(json.dumps(value, ensure_ascii=False))


def clean(text: str) -> str:
    """A text without anything that moves the cursor or turns the writing direction."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def _told(change: Change) -> list[tuple[str, Any, Any]]:
    return [] if change.action == Action.DELETE else [(name, old, new) for name, (old, new) in change.fields.items()]


def _property(name: str, old: Any, new: Any, action: Action) -> Iterator[tuple[str, str]]:
    if action == Action.CREATE:
        yield "", f"    {name}: {spelled(new)}"
        return
    rows = _row_changes(old, new)
    if rows is None and len(spelled(old)) + len(spelled(new)) < WIDE:
        yield "", f"    {name}: {spelled(old)} → {spelled(new)}"
        return
    yield "", f"    {name}:"
    for sign, value in rows or (("-", old), ("+", new)):
        yield sign, f"      {sign} {spelled(value)}"


def _row_changes(old: Any, new: Any) -> list[tuple[str, Any]] | None:
    """Which rows of a list of blocks go and come; None for anything else, or when only their order differs."""
    if not (isinstance(old, list) and isinstance(new, list) and any(isinstance(row, dict) for row in (*old, *new))):
        return None
    return [("-", row) for row in old if row not in new] + [("+", row) for row in new if row not in old] or None


def markdown(plan: Plan) -> str:
    """The plan as a comment below a pull request."""
    parts = [f"### {summary(plan)}"]
    if plan.unsafe:
        parts.append("\n".join(f"> **Needs `--force`:** {_escaped(reason)}." for reason in plan.unsafe))
    for change in plan.changes:
        rows = [f"- **{change.action}** {WORDS[change.kind]} {_code(change.key)}"]
        rows += [f"  - {name}: {_pair(old, new, change.action)}" for name, old, new in _told(change)]
        parts.append("\n".join(rows))
    if plan.reports:
        rows = ["**Only reported**, Cal.com's API cannot change it:"]
        rows += [
            f"- {WORDS[report.kind]} {_code(report.key)}: {name} {_pair(*pair, Action.UPDATE)}"
            for report in plan.reports
            for name, pair in report.fields.items()
        ]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _pair(old: Any, new: Any, action: Action) -> str:
    return _code(spelled(new)) if action == Action.CREATE else f"{_code(spelled(old))} → {_code(spelled(new))}"


def _code(text: str) -> str:
    """A text as code, whatever backticks are in it."""
    text = clean(text)
    fence = "`"
    while fence in text:
        fence += "`"
    gap = " " if "`" in text else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def _escaped(text: str) -> str:
    return "".join(f"\\{each}" if each in "\\`*_{}[]<>#|" else each for each in clean(text))


def fragment(plan: Plan) -> Markup:
    """The plan as a piece of HTML; everything that comes from outside is escaped."""
    parts = [Markup('<p class="plan-summary">{}</p>').format(_in_short(plan))]
    if plan.unsafe:
        reasons = Markup("").join(Markup("<li>{}</li>").format(clean(reason)) for reason in plan.unsafe)
        parts.append(Markup('<div class="plan-unsafe"><p>This plan has to be confirmed, because:</p><ul>{}</ul></div>').format(reasons))
    if plan.changes:
        parts.append(Markup('<ol class="plan">{}</ol>').format(Markup("").join(map(_item, plan.changes))))
    if plan.reports:
        rows = Markup("").join(map(_reported, plan.reports))
        parts.append(Markup('<div class="plan-reports"><p>Only reported:</p><ul class="plan">{}</ul></div>').format(rows))
    return Markup("\n").join(parts)


def _in_short(plan: Plan) -> str:
    if not plan:
        return NOTHING_TO_DO
    if not plan.changes:
        return "Nothing changes at Cal.com."
    counts = ", ".join(f"{count} {DONE[action]}" for action, count in counted(plan.changes).items() if count)
    return f"At Cal.com: {counts}. Everything else stays as it is."


def _reported(report: Report) -> Markup:
    return Markup("<li><p>{} <small>{}</small></p>{}</li>").format(title(report), report.why, _list(report.fields, Action.UPDATE))


def _item(change: Change) -> Markup:
    shown = {name: (old, new) for name, old, new in _told(change)}
    inside = (change.action, ACTS[change.action], title(change), _list(shown, change.action))
    return Markup('<li class="plan-{}"><p><strong>{}</strong> {}</p>{}</li>').format(*inside)


def _list(fields: Differences, action: Action) -> Markup:
    if not fields:
        return Markup("")
    rows = []
    for name, (old, new) in fields.items():
        label = spoken.name(name)
        exact = Markup("") if label.lower() == name.lower() else Markup(" <small><code>{}</code></small>").format(name)
        told = [(which, clean(words)) for which, words in spoken.rows(name, old, new) if which == "new" or action != Action.CREATE]
        values = Markup(" ").join(TOLD[which].format(words) for which, words in told)
        rows.append(Markup("<dt>{}{}</dt><dd>{}</dd>").format(label, exact, values))
    return Markup("<dl>{}</dl>").format(Markup("").join(rows))


STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}dl{display:grid;grid-template-columns:max-content 1fr;"
    "gap:.25rem 1rem}dd{margin:0;overflow-wrap:anywhere}del{color:#9a1c1c}ins{color:#0b6b2e;text-decoration:none}"
    ".plan-unsafe{border:2px solid;padding:0 1rem}"
)


def page(plan: Plan) -> str:
    """The plan as a file that a browser opens."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Plan for Cal.com</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><h1>Plan for Cal.com</h1>\n{fragment(plan)}\n</body></html>\n'


def _pairs(fields: Differences) -> dict[str, list[Any]]:
    return {name: [old, new] for name, (old, new) in fields.items()}
