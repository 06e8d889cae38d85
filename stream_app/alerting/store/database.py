"""The database of a URL: opened, brought to the current schema, used in transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, insert, select, update
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.store.subjects import index_all
from stream_app.alerting.store.tables import VERSION, meta, metadata
from stream_app.errors import BadSetting

BUSY_SECONDS = 10
CREATING = 20_261_126  # names the lock of whoever makes the tables
STEPS: dict[int, Callable[[Connection], None]] = {  # from which version, what brings it to the next
    1: lambda _: None,  # verdicts, mutes and the audit log are tables more, which are there by now
    2: index_all,
}
REMEDIES = {
    "SQLITE_FULL": "the disk is full: free some space",
    "53100": "the disk is full: free some space",
    "SQLITE_BUSY": "another process holds it for too long",
    "SQLITE_READONLY": "it cannot be written: look at the owner and mode of its file",
}


class Database:
    """Transactions on the incidents' database. `open` raises BadSetting, everything else StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> "Database":
        """Connect and bring the schema up to date."""
        database = cls(_engine(url))
        with database._creating() as connection:
            metadata.create_all(connection)
        with database.writing() as connection:
            _bring_up_to_date(connection)
        return database

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that changes something; writers take turns, of other processes too."""
        with translated(), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                if connection.dialect.name != "sqlite":
                    connection.execute(select(meta.c.value).where(meta.c.name == "version").with_for_update())
                yield connection

    @contextmanager
    def _creating(self) -> Iterator[Connection]:
        """A transaction that makes tables; alerts and the console may start at once."""
        with translated(), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                if connection.dialect.name != "sqlite":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CREATING})")
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only looks."""
        with translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def upsert(connection: Connection, table: Any, key: tuple[str, ...], row: dict[str, Any]) -> None:
    """Insert a row, or replace the one of this key."""
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(row)
    changed = {name: statement.excluded[name] for name in row if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


@contextmanager
def translated() -> Iterator[None]:
    """Trouble with the database in our words; the statement and its values stay out of it."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or type(cause).__name__
        remedy = REMEDIES.get(code, "is it running, and is MONITOR_ALERTS_DATABASE right?")
        raise StoreUnavailable(f"the incidents' database refused ({code}): {remedy}") from None


def _bring_up_to_date(connection: Connection) -> None:
    found = connection.execute(select(meta.c.value).where(meta.c.name == "version")).scalar()
    if found is None:
        connection.execute(insert(meta).values(name="version", value=str(VERSION)))
        return
    version = int(found)
    if version > VERSION:
        raise StoreUnavailable(f"the incidents' database has schema {version}, this program knows {VERSION}: update it")
    for step in range(version, VERSION):
        STEPS[step](connection)
    connection.execute(update(meta).where(meta.c.name == "version").values(value=str(VERSION)))


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        reason = type(error).__name__  # the text repeats the URL, which may hold a password
        raise BadSetting(
            f"MONITOR_ALERTS_DATABASE cannot be used ({reason}): give sqlite:///FILE or postgresql+psycopg://..."
        ) from None


def _sqlite(url: URL) -> Engine:
    if url.database:
        try:
            Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(f"MONITOR_ALERTS_DATABASE: {url.database}: {error.strerror or error}") from None
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    """WAL lets readers and the writer work side by side; FULL keeps a commit even when the machine dies."""
    connection.isolation_level = None  # we say BEGIN ourselves, else the driver begins too late
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: Connection) -> None:
    """A writer locks at once: taking the lock later can fail when another process has written in between."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
