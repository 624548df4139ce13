"""What a question finds, as one value: so that it can be asked of each row of another question, in the order of an index.

Neither database has all of the other's ways to do that (SQLite has no LATERAL); both write JSON.
"""

from collections.abc import Sequence
from json import dumps
from typing import Any

from sqlalchemy import CTE, JSON, BigInteger, ColumnElement, FromClause, Select, Text, cast, column, func, literal, literal_column, select

from app.db import db


def as_list(value: Any, found: FromClause) -> Select[tuple[str]]:
    """The values of all rows found, as the text of a list; nothing or an empty list where there are none."""
    made = func.json_group_array(value) if _quick() else cast(func.json_agg(value), Text)
    return select(made).select_from(found)


def array(*values: Any) -> Any:
    """These values of a row as one list."""
    return func.json_array(*values) if _quick() else func.json_build_array(*values)


def table_of(rows: Sequence[Sequence[int]], *columns: str, name: str) -> CTE:
    """Rows of whole numbers as a table of this name with these columns.

    As one JSON value, because a question with `VALUES` in it has to be written anew each time, which takes longer than its answer.
    """
    values: list[ColumnElement[int]]
    if _quick():
        each = func.json_each(dumps(rows)).table_valued("value")
        values = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(columns))]
    else:
        each = func.json_array_elements(cast(literal(dumps(rows), Text), JSON)).table_valued(column("value", JSON))
        values = [cast(each.c.value.op("->>")(literal_column(str(place))), BigInteger) for place in range(len(columns))]
    return select(*(value.label(label) for value, label in zip(values, columns, strict=True))).cte(name)


def _quick() -> bool:
    return db.engine.dialect.name == "sqlite"
