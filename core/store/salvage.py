"""Rows of a damaged database: from its trees, then from pages without parent.

A page without a way to it belongs to the table whose columns its rows fit. A row that fits no table is no row.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.runs import RunStatus, Stage
from core.store.raw_pages import RawDatabase, Record, Value

_LEFT_OUT = ("lease", "alembic_version", "sqlite_sequence")  # who supervised then; what the new database has itself
_AT_ONCE = 10_000  # rows
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d{1,9})?)?")
_FITS = 0.9  # of the rows of a page, for it to belong to a table


@dataclass(frozen=True)
class Column:
    """A column as the database declares it."""

    name: str
    type: str
    is_required: bool
    is_rowid: bool  # it is another name of the row's number, and empty in the record itself


@dataclass(frozen=True)
class Shape:
    """What the rows of a table look like."""

    table: str
    columns: tuple[Column, ...]  # in the order of a record
    has_rowid: bool
    least: int  # columns: later ones were added to the table when rows were there already

    def fits(self, record: Record) -> bool:
        """Return whether a record could be a row of the table."""
        values = record.values
        if not self.least <= len(values) <= len(self.columns) or (record.rowid is not None) != self.has_rowid:
            return False
        return all(_suits(column, value) for column, value in zip(self.columns, values, strict=False))

    def row(self, record: Record) -> tuple[Value, ...]:
        """Return a record's values, the row's number in its place."""
        named = zip(self.columns, record.values, strict=False)
        return tuple(record.rowid if column.is_rowid else value for column, value in named)


@dataclass
class Salvage:
    """What came out of a damaged database."""

    rows: Counter[str] = field(default_factory=Counter)  # by table
    lost_rows: int = 0  # that could not be read, or were none
    lost_page_numbers: set[int] = field(default_factory=set)  # that hold nothing which is known
    lost_pages: int = 0
    pages: int = 0


def shapes_of(connection: sqlite3.Connection) -> dict[str, Shape]:
    """Return the shape of every table of a database that is whole, by name."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return {name: _shape(connection, name, sql) for name, sql in connection.execute(query).fetchall()}


def old_schema(raw: RawDatabase) -> dict[str, tuple[str, int, str]]:
    """Return a damaged database's kind, root page and SQL of each object by name."""
    found: dict[str, tuple[str, int, str]] = {}
    scattered = (number for number in raw.page_numbers if raw.is_leaf(number) and number not in raw.free_pages)
    for number in (*raw.tree(1), *scattered):
        for record in raw.records(number) if raw.is_leaf(number) else ():
            if record is not None and _is_schema(record):
                kind, name, _, root, sql = record.values
                found.setdefault(str(name), (str(kind), int(root or 0), str(sql or "")))
    return found


def _is_schema(record: Record) -> bool:
    match record.values:
        case ("table" | "index", str(), str(), int(), str() | None):
            return True
    return False


def revision_of(raw: RawDatabase) -> str | None:
    """Return the schema revision of a damaged database; None if it is unreadable."""
    _, root, _ = old_schema(raw).get("alembic_version", ("", 0, ""))
    for number in raw.tree(root) if root else ():
        for record in raw.records(number):
            if record and len(record.values) == 1 and isinstance(revision := record.values[0], str):
                return revision
    return None


def salvage(raw: RawDatabase, file: Path) -> Salvage:
    """Copy every row that can be read; return how many.

    Args:
        raw: The damaged database.
        file: A new one of the same schema, which has no rows yet and which nobody else uses.
    """
    with closing(sqlite3.connect(file)) as into:
        return _salvaged(raw, into)


def _salvaged(raw: RawDatabase, into: sqlite3.Connection) -> Salvage:
    result, wanted = Salvage(pages=len(raw.page_numbers)), shapes_of(into)
    schema, reached = old_schema(raw), set[int]()
    for name, (kind, root, sql) in schema.items():
        pages = [number for number in raw.tree(root) if number not in raw.free_pages]
        reached.update(pages)
        if kind == "table" and name in wanted and name not in _LEFT_OUT:
            shape = _declared(name, sql) or wanted[name]
            _copy(shape, (record for number in pages for record in raw.records(number)), into, wanted[name], result)
    reached.update(raw.tree(1))
    for number in raw.page_numbers:
        if number not in reached | raw.free_pages | raw.continued:
            _place_page(raw, number, wanted, into, result)
    into.commit()
    result.lost_pages = len(result.lost_page_numbers - raw.continued | raw.broken)
    return result


def _place_page(
    raw: RawDatabase, number: int, wanted: Mapping[str, Shape], into: sqlite3.Connection, result: Salvage
) -> None:
    """Copy the rows of an orphaned page if its table is unambiguous."""
    records = list(raw.records(number))
    known = [record for record in records if record is not None]
    if any(map(_is_schema, known)):
        return
    fitting = [one for one in wanted.values() if known and sum(map(one.fits, known)) >= _FITS * len(records)]
    if len(fitting) == 1 and fitting[0].table not in _LEFT_OUT:
        _copy(fitting[0], records, into, fitting[0], result)
    elif not raw.is_index(number) and any(raw.page(number)):
        result.lost_page_numbers.add(number)


def _copy(
    shape: Shape, records: Iterable[Record | None], into: sqlite3.Connection, target: Shape, result: Salvage
) -> None:
    names = {column.name for column in target.columns}
    places = [i for i, column in enumerate(shape.columns) if column.name in names]
    by_length: dict[int, list[tuple[Value, ...]]] = {}
    for record in records:
        if record is None or not shape.fits(record) or (shape.table == "runs" and not _is_run(shape, record)):
            result.lost_rows += 1
            continue
        row = shape.row(record)
        by_length.setdefault(len(row), []).append(tuple(row[i] for i in places if i < len(row)))
    for length, rows in by_length.items():
        columns = ", ".join(f'"{shape.columns[i].name}"' for i in places if i < length)
        marks = ", ".join("?" * len(rows[0]))
        statement = f'INSERT OR IGNORE INTO "{shape.table}" ({columns}) VALUES ({marks})'
        before = into.total_changes
        for part in _parts(rows):
            into.executemany(statement, part)
        result.rows[shape.table] += into.total_changes - before


def _parts(rows: list[tuple[Value, ...]]) -> Iterator[list[tuple[Value, ...]]]:
    for begin in range(0, len(rows), _AT_ONCE):
        yield rows[begin : begin + _AT_ONCE]


def _shape(connection: sqlite3.Connection, table: str, sql: str) -> Shape:
    """Return the shape of a table; `table` is a name from the database itself."""
    found = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    has_rowid = not re.search(r"WITHOUT\s+ROWID", sql, re.IGNORECASE)
    keys = sum(1 for *_, place in found if place)
    if not has_rowid:  # the key comes first
        found = sorted(found, key=lambda column: column[-1] or len(found))
    columns = [
        Column(
            name, kind.upper(), bool(required), has_rowid and bool(place) and keys == 1 and kind.upper() == "INTEGER"
        )
        for _, name, kind, required, _, place in found
    ]
    needed = [i for i, (_, _, _, required, default, _) in enumerate(found) if required and default is None]
    return Shape(table, tuple(columns), has_rowid, max(needed, default=0) + 1)


def _declared(table: str, sql: str) -> Shape | None:
    """Return the shape that the damaged database itself declares for a table."""
    if not sql.lstrip().upper().startswith("CREATE TABLE"):
        return None
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(sql)
            return shapes_of(connection).get(table)
        except sqlite3.Error:
            return None


def _suits(column: Column, value: Value) -> bool:
    if column.is_rowid:
        return value is None
    if value is None:
        return not column.is_required
    kind = column.type
    if kind == "JSON":  # which SQLite takes for numbers where they look so
        return isinstance(value, int | float) or (isinstance(value, str) and _is_json(value))
    if kind == "TEXT" or "CHAR" in kind:
        return isinstance(value, str)
    if "DATE" in kind:
        return isinstance(value, str) and _DATE.fullmatch(value) is not None
    if kind == "BLOB":
        return isinstance(value, bytes)
    if kind in ("INTEGER", "BIGINT", "BOOLEAN"):
        return isinstance(value, int)
    return isinstance(value, int | float)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_run(shape: Shape, record: Record) -> bool:
    named = {column.name: value for column, value in zip(shape.columns, record.values, strict=False)}
    return named.get("status") in set(RunStatus) and named.get("stage") in set(Stage)
