"""The memory of a service without a database: for simulations and tests. Passes the same contract tests as `sql`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, Generic

from shop_services.chassis.rows import Key, Rows, RowT, Value

_Undo = list[Callable[[], None]]


class MemoryRows(Generic[RowT]):
    """A table as a dict, and a dict of keys for every indexed field."""

    def __init__(self, row: type[RowT], indexes: Sequence[str], journal: "MemoryDatabase") -> None:
        self._key = row.__struct_fields__[0]
        self._rows: dict[Key, RowT] = {}
        self._indexes: dict[str, dict[Value, dict[Key, None]]] = {field: {} for field in indexes}
        self._journal = journal

    def get(self, key: Key) -> RowT | None:
        return self._rows.get(key)

    def put(self, row: RowT) -> None:
        key = getattr(row, self._key)
        self._replace(key, self._rows.get(key), row)

    def delete(self, key: Key) -> None:
        if (old := self._rows.get(key)) is not None:
            self._replace(key, old, None)

    def delete_until(self, key: Key) -> None:
        for each in [each for each in self._rows if _order(each) <= _order(key)]:
            self.delete(each)

    def find(self, **equals: Value) -> list[RowT]:
        (field, value), *others = equals.items()
        rows = [self._rows[key] for key in sorted(self._indexes[field].get(value, ()), key=_order)]
        return [row for row in rows if all(getattr(row, name) == wanted for name, wanted in others)]

    def due(self, field: str, until: int) -> list[RowT]:
        return sorted((row for row in self._rows.values() if getattr(row, field) <= until), key=self._key_of)

    def page(self, after: Key, limit: int) -> list[RowT]:
        later = sorted((key for key in self._rows if _order(key) > _order(after)), key=_order)
        return [self._rows[key] for key in later[:limit]]

    def _key_of(self, row: RowT) -> Any:
        return getattr(row, self._key)

    def _replace(self, key: Key, old: RowT | None, new: RowT | None) -> None:
        self._journal.remember(lambda: self._exchange(key, new, old))
        self._exchange(key, old, new)

    def _exchange(self, key: Key, old: RowT | None, new: RowT | None) -> None:
        for field, index in self._indexes.items():
            if old is not None:
                _leave(index, getattr(old, field), key)
            if new is not None:
                index.setdefault(getattr(new, field), {})[key] = None
        if new is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = new


class MemoryDatabase:
    """All tables of one service. Outside a transaction nothing can be undone, which is faster."""

    def __init__(self) -> None:
        self._tables: dict[type, MemoryRows[Any]] = {}
        self._sequences: dict[str, int] = {}
        self._undo: _Undo | None = None
        self._lock = RLock()

    def rows(self, row: type[RowT], indexes: Sequence[str] = ()) -> Rows[RowT]:
        if row not in self._tables:
            self._tables[row] = MemoryRows(row, indexes, self)
        return self._tables[row]

    def next_id(self, sequence: str) -> int:
        self._sequences[sequence] = number = self._sequences.get(sequence, 0) + 1
        return number

    @contextmanager
    def transaction(self) -> Iterator["MemoryDatabase"]:
        with self._lock:
            undo: _Undo = []
            self._undo = undo
            try:
                yield self
            except BaseException:
                for step in reversed(undo):
                    step()
                raise
            finally:
                self._undo = None

    @contextmanager
    def snapshot(self) -> Iterator["MemoryDatabase"]:
        with self._lock:
            yield self

    def close(self) -> None:
        """Nothing is held."""

    def remember(self, undo: Callable[[], None]) -> None:
        """Called before every change."""
        if self._undo is not None:
            self._undo.append(undo)


def _leave(index: dict[Value, dict[Key, None]], value: Value, key: Key) -> None:
    keys = index[value]
    del keys[key]
    if not keys:
        del index[value]


def _order(key: Key) -> Any:
    """The key itself: all keys of a table are of one type, which the type checker cannot know."""
    return key
