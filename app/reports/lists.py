"""What a question finds, as one value: so that it can be asked of each row of another question, in the order of an index.

Neither database has all of the other's ways to do that (SQLite has no LATERAL); both write JSON.
"""

from typing import Any

from sqlalchemy import FromClause, Select, Text, cast, func, select

from app.db import db


def as_list(value: Any, found: FromClause) -> Select[tuple[str]]:
    """The values of all rows found, as the text of a list; nothing or an empty list where there are none."""
    made = func.json_group_array(value) if _quick() else cast(func.json_agg(value), Text)
    return select(made).select_from(found)


def array(*values: Any) -> Any:
    """These values of a row as one list."""
    return func.json_array(*values) if _quick() else func.json_build_array(*values)


def _quick() -> bool:
    return db.engine.dialect.name == "sqlite"
