"""Anomalies as a subscriber keeps them: one row an anomaly, and the newest revision counts.

The monitor publishes at least once, and an anomaly again whenever it changes. `anomalyId` says which anomaly it is,
`revision` counts its changes from 1. Whoever takes an event only if its revision is higher than the one he has may be
given events twice, in another order, or all of them from the beginning: it changes nothing.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

TYPE = "com.cqshop.monitor.AnomalyDetected"
TABLE = """CREATE TABLE IF NOT EXISTS anomalies (
    anomaly_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, status TEXT NOT NULL, severity TEXT NOT NULL,
    scenario TEXT NOT NULL, entity TEXT NOT NULL, summary TEXT NOT NULL)"""
UPSERT = """INSERT INTO anomalies VALUES (:anomaly_id, :revision, :status, :severity, :scenario, :entity, :summary)
    ON CONFLICT (anomaly_id) DO UPDATE SET revision = excluded.revision, status = excluded.status,
    severity = excluded.severity, summary = excluded.summary WHERE excluded.revision > anomalies.revision"""


class Anomaly(NamedTuple):
    """What this subscriber wants to know of an anomaly; unknown fields of the event are ignored."""

    anomaly_id: str
    revision: int
    status: str
    severity: str
    scenario: str
    entity: str
    summary: str


class Unreadable(ValueError):
    """The record is no CloudEvent with a usable `AnomalyDetected`."""


def read_anomaly(value: bytes | None) -> Anomaly | None:
    """The anomaly of a record's value, None when it is an event of another type or no value; Unreadable otherwise."""
    if value is None:
        return None
    try:
        event = json.loads(value)
        return _anomaly(event["data"]) if event["type"] == TYPE else None
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _anomaly(data: dict[str, Any]) -> Anomaly:
    entity = f"{data['entity']['kind']}/{data['entity']['id']}"
    texts = (data["status"], data["severity"], data["scenario"], entity, data["summary"])
    return Anomaly(str(data["anomalyId"]), int(data["revision"]), *map(str, texts))


class Book:
    """The anomalies in one SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        with connection:
            connection.execute(TABLE)

    def take(self, anomalies: Iterable[Anomaly]) -> list[Anomaly]:
        """Store them in one transaction; gives those that were news. When it returns they are on the disk."""
        with self._connection:
            return [one for one in anomalies if self._connection.execute(UPSERT, one._asdict()).rowcount]


@contextmanager
def open_book(path: Path) -> Iterator[Book]:
    """The book in this file, created when it is not there; sqlite3.Error when it cannot be."""
    with closing(sqlite3.connect(path)) as connection:
        yield Book(connection)
