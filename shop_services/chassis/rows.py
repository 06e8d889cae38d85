"""The port to a service's memory: tables of frozen structs. Twins: `memory.MemoryDatabase` and `sql.SqlDatabase`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import msgspec

RowT = TypeVar("RowT", bound=msgspec.Struct)
Key = int | str
Value = int | str | float | bool | bytes | None


class Rows(Protocol[RowT]):
    """One table. The first field of the struct is the key."""

    def get(self, key: Key) -> RowT | None:
        """The row of that key."""
        ...

    def put(self, row: RowT) -> None:
        """Add the row, or replace the one of the same key."""
        ...

    def delete(self, key: Key) -> None:
        """Remove the row, if it is there."""
        ...

    def delete_until(self, key: Key) -> None:
        """Remove every row whose key is at most this."""
        ...

    def find(self, **equals: Value) -> list[RowT]:
        """Rows whose fields have these values, by key; the first field named must be indexed."""
        ...

    def due(self, field: str, until: int) -> list[RowT]:
        """Rows whose number in `field` is at most `until`, by key."""
        ...

    def page(self, after: Key, limit: int) -> list[RowT]:
        """At most `limit` rows whose key is above `after`, by key."""
        ...


class Tables(Protocol):
    """All tables of one service, within one transaction."""

    def rows(self, row: type[RowT], indexes: Sequence[str] = ()) -> Rows[RowT]:
        """The table of a struct class; `indexes` are the fields that `find` starts from."""
        ...

    def next_id(self, sequence: str) -> int:
        """1, 2, 3…: the next number of a named sequence."""
        ...


class Database(Protocol):
    """Opens transactions: all that is written inside is kept, or, after an exception, none of it."""

    def transaction(self) -> AbstractContextManager[Tables]:
        """One transaction; a second one waits for the end of the first. Raises DatabaseUnavailable, UnstorableValue."""
        ...

    def snapshot(self) -> AbstractContextManager[Tables]:
        """For reading only: sees what was committed before. Raises DatabaseUnavailable, UnstorableValue."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...
