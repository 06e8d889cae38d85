"""A service's memory in SQLite or PostgreSQL. Passes the same contract tests as `memory`."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, MetaData, create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError

from shop_services.chassis.errors import DatabaseUnavailable, SetupFailed, UnstorableValue
from shop_services.chassis.rows import Rows, RowT
from shop_services.chassis.sql_tables import SqlRows, SqlTable

_BUSY_SECONDS = 5
_DISK_IS_FULL = "the disk is full: free some space"
_REMEDIES = {
    "SQLITE_FULL": _DISK_IS_FULL,
    "53100": _DISK_IS_FULL,  # PostgreSQL's disk_full
    "SQLITE_BUSY": "another process holds it: stop that one",
    "SQLITE_READONLY": "it cannot be written: look at the owner and mode of its file",
}


class Numbering(msgspec.Struct, frozen=True):
    """The last number given out under a name."""

    name: str
    last: int


class SqlDatabase:
    """Opens transactions on the database of a URL; tables are created when first asked for.

    Writers of one process take turns (SQLite knows one writer anyway), so that nobody has to poll for a lock.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._metadata = MetaData()
        self._tables: dict[type, SqlTable[Any]] = {}
        self._turn = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator["SqlTables"]:
        with self._turn, _translated(), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with self._forgetting_new_tables(), connection.begin():
                yield SqlTables(self, connection, locks=self._engine.dialect.name == "postgresql")

    @contextmanager
    def snapshot(self) -> Iterator["SqlTables"]:
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield SqlTables(self, connection, locks=False)

    def table(self, row: type[RowT], indexes: Sequence[str], connection: Connection) -> SqlTable[RowT]:
        """The table of a struct class, created when it is not there."""
        if row not in self._tables:
            table = SqlTable(row, indexes, self._metadata, self._engine.dialect.name)
            table.table.create(connection, checkfirst=True)
            self._tables[row] = table
        return self._tables[row]

    @contextmanager
    def _forgetting_new_tables(self) -> Iterator[None]:
        """After an exception: what was created is undone with the rest, and has to be created again."""
        known = set(self._tables)
        try:
            yield
        except BaseException:
            for row in self._tables.keys() - known:
                self._metadata.remove(self._tables.pop(row).table)
            raise

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


class SqlTables:
    """All tables within one transaction."""

    def __init__(self, database: SqlDatabase, connection: Connection, locks: bool) -> None:
        self._database = database
        self.connection = connection
        self._locks = locks

    def rows(self, row: type[RowT], indexes: Sequence[str] = ()) -> Rows[RowT]:
        table = self._database.table(row, indexes, self.connection)
        return SqlRows(self.connection, table, self._locks)

    def next_id(self, sequence: str) -> int:
        sequences = self.rows(Numbering)
        held = sequences.get(sequence)
        number = held.last + 1 if held else 1
        sequences.put(Numbering(sequence, number))
        return number


def _engine(url: str) -> Engine:
    try:
        return _sqlite(make_url(url)) if url.startswith("sqlite") else create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
        raise SetupFailed(f"SHOP_DATABASE cannot be used ({error}). Give sqlite:///FILE or postgresql://...") from None


def _sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    """WAL lets readers and the writer work side by side; NORMAL loses no commit unless the machine itself dies."""
    connection.isolation_level = None  # we say BEGIN ourselves, else the driver begins too late
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    """A writer locks at once: taking the lock later can fail when another process has written in between."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    """Trouble with the database itself, in our words; the statement and its values stay out of it."""
    try:
        yield
    except (DataError, OverflowError):  # PostgreSQL's word for it, and that of SQLite's driver
        raise UnstorableValue("a number is beyond 64 bits, or a text holds a NUL: send another value") from None
    except DBAPIError as error:
        raise DatabaseUnavailable(_told(error.orig)) from None


def _told(error: BaseException | None) -> str:
    """What the driver says, by its code: its text may hold values."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or type(error).__name__
    remedy = f": {_REMEDIES[code]}" if code in _REMEDIES else ""
    return f"the database refused ({code}){remedy}"
