"""Frozen structs as rows of SQL tables: the statements, written once for SQLite and PostgreSQL."""

from collections.abc import Sequence
from types import UnionType
from typing import Any, Generic, get_args, get_origin, get_type_hints

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    select,
)
from sqlalchemy import Select as SelectOf
from sqlalchemy.dialects import postgresql, sqlite

from shop_services.chassis.rows import Key, RowT, Value

_COLUMNS = {int: BigInteger, str: String, float: Double, bool: Boolean, bytes: LargeBinary}
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Select = SelectOf[Any]


class SqlTable(Generic[RowT]):
    """The table of a struct class: named like the class, a column a field, the first field its key."""

    def __init__(self, row: type[RowT], indexes: Sequence[str], metadata: MetaData, dialect: str) -> None:
        self.row = row
        self.table = Table(row.__name__.lower().strip("_"), metadata, *_columns(row, indexes))
        self.key = next(iter(self.table.primary_key))
        self.all = select(self.table).order_by(self.key)
        self.upsert = _upsert(self.table, dialect)
        self.delete = delete(self.table)


class SqlRows(Generic[RowT]):
    """One table within one transaction. `locks` makes rows that are read wait for other writers (PostgreSQL)."""

    def __init__(self, connection: Connection, table: SqlTable[RowT], locks: bool) -> None:
        self._connection = connection
        self._table = table
        self._locks = locks

    def get(self, key: Key) -> RowT | None:
        return next(iter(self._rows(self._table.all.where(self._table.key == key))), None)

    def put(self, row: RowT) -> None:
        self._connection.execute(self._table.upsert, msgspec.structs.asdict(row))

    def delete(self, key: Key) -> None:
        self._connection.execute(self._table.delete.where(self._table.key == key))

    def delete_until(self, key: Key) -> None:
        self._connection.execute(self._table.delete.where(self._table.key <= key))

    def find(self, **equals: Value) -> list[RowT]:
        return self._rows(self._table.all.filter_by(**equals))

    def due(self, field: str, until: int) -> list[RowT]:
        return self._rows(self._table.all.where(self._table.table.c[field] <= until))

    def page(self, after: Key, limit: int) -> list[RowT]:
        return self._rows(self._table.all.where(self._table.key > after).limit(limit))

    def _rows(self, query: Select) -> list[RowT]:
        query = query.with_for_update() if self._locks else query
        return [self._table.row(*values) for values in self._connection.execute(query)]


def _columns(row: type[msgspec.Struct], indexes: Sequence[str]) -> list[Column[Any]]:
    hints = get_type_hints(row)
    return [
        Column(
            name,
            _COLUMNS[_plain(hints[name])],
            primary_key=number == 0,
            autoincrement=False,
            index=name in indexes,
            nullable=_is_optional(hints[name]),
        )
        for number, name in enumerate(row.__struct_fields__)
    ]


def _is_optional(hint: Any) -> bool:
    return get_origin(hint) is UnionType and type(None) in get_args(hint)


def _plain(hint: Any) -> Any:
    """`int` of `int | None`."""
    return next(each for each in get_args(hint) if each is not type(None)) if _is_optional(hint) else hint


def _upsert(table: Table, dialect: str) -> Any:
    statement = _INSERTS[dialect](table)
    key = next(iter(table.primary_key)).name
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name != key}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=[key])
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)
