"""Options, messages and exit statuses of both subscribers."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from examples.book import Anomaly, Unreadable, read_anomaly

FAILED = 3  # Kafka or the file cannot be used; 2 is a wrong option, 0 a stop by a signal


class Record(Protocol):
    """A record of either Kafka client."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


def parse(description: str, group: str) -> argparse.Namespace:
    """The options, with the attributes `bootstrap`, `topic`, `group` and `book`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="Kafka's address, host:port (%(default)s)")
    parser.add_argument("--topic", default="anomaly-events", help="where the monitor publishes (%(default)s)")
    parser.add_argument("--group", default=group, help="consumer group, which keeps the position (%(default)s)")
    parser.add_argument("--book", type=Path, default=Path("anomalies.sqlite"), help="SQLite file (%(default)s)")
    return parser.parse_args()


def readable(records: Iterable[Record]) -> Iterator[Anomaly]:
    """The anomalies of the records; what cannot be read is named by its place and left out."""
    for record in records:
        try:
            anomaly = read_anomaly(record.value)
        except Unreadable as error:
            place = f"{record.topic}/{record.partition} at {record.offset}"
            print(f"skipped {place}: {error}", file=sys.stderr, flush=True)
        else:
            if anomaly is not None:
                yield anomaly


def tell(news: Iterable[Anomaly]) -> None:
    """One line an anomaly that is news. Put what should happen then here."""
    for one in news:
        print(f"{one.status} {one.severity} {one.scenario} {one.entity}: {one.summary}", flush=True)


def fail(reason: str) -> int:
    """Say why it cannot go on; gives the exit status."""
    print(f"cannot go on: {reason}", file=sys.stderr)
    return FAILED
