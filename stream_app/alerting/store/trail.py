"""The audit log within one transaction: added to, read page by page, and bounded."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from stream_app.access.audit import OUTCOMES, Entry
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.tables import audit

MOST = {"done": 100_000, "failed": 10_000, "refused": 10_000}  # of each outcome: refusals cannot push out what was done


class Kept(NamedTuple):
    """An entry and its number; a later one has a higher one."""

    number: int
    entry: Entry


class AuditTrail:
    """Reads and writes on one connection; its owner commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, entries: Sequence[Entry]) -> None:
        """Keep these, and of each outcome only the newest."""
        if entries:
            self._connection.execute(insert(audit), [each._asdict() for each in entries])
        for outcome in OUTCOMES:
            self._forget(outcome, MOST[outcome])

    def page(self, limit: int, before: int | None = None) -> list[Kept]:
        """Entries, the newest first; only those with a number below, when given."""
        query = select(audit.c.number, *(audit.c[name] for name in Entry._fields))
        query = query.order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        return [Kept(number, Entry(*rest)) for number, *rest in self._connection.execute(query)]

    def _forget(self, outcome: str, most: int) -> None:
        numbers = select(audit.c.number).where(audit.c.outcome == outcome).order_by(audit.c.number.desc())
        newest_over = self._connection.execute(numbers.offset(most).limit(1)).scalar()
        if newest_over is not None:
            self._connection.execute(delete(audit).where(audit.c.outcome == outcome, audit.c.number <= newest_over))


class StoredTrail:
    """The audit log of a database: each call is a transaction. Blocking; raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, entries: Sequence[Entry]) -> None:
        """Add these."""
        with self._database.writing() as connection:
            AuditTrail(connection).add(entries)

    def page(self, limit: int, before: int | None = None) -> list[Kept]:
        """Entries, the newest first."""
        with self._database.reading() as connection:
            return AuditTrail(connection).page(limit, before)
