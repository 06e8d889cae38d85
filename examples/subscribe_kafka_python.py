"""Follow `anomaly-events` with kafka-python, synchronously, and keep the anomalies in SQLite.

    python -m examples.subscribe_kafka_python --bootstrap 127.0.0.1:9092 --book anomalies.sqlite

Offsets are committed after the anomalies are on the disk: what was not committed comes again, and changes nothing.
"""

import signal
import sqlite3
import sys
import threading
from argparse import Namespace
from contextlib import closing

from kafka import KafkaConsumer
from kafka.errors import CommitFailedError, KafkaError

from examples.book import Book, open_book
from examples.command_line import fail, parse, readable, tell

POLL_MS = 500  # how soon a signal is heeded
CONNECT_MS = 5_000


def main() -> int:
    """Follow until SIGINT or SIGTERM; gives the exit status."""
    options = parse("Keep the monitor's anomalies in SQLite (kafka-python).", "subscriber-kafka-python")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with open_book(options.book) as book, closing(connect(options)) as consumer:
            if not consumer.partitions_for_topic(options.topic):
                return fail(f"there is no topic {options.topic} at {options.bootstrap}: start the monitor first")
            follow(consumer, book, stop)
    except (KafkaError, OSError) as error:
        return fail(f"Kafka at {options.bootstrap} does not answer ({error})")
    except sqlite3.Error as error:
        return fail(f"{options.book} cannot be used ({error})")
    return 0


def connect(options: Namespace) -> KafkaConsumer:
    """A consumer that begins with the oldest anomaly and commits only when told to."""
    return KafkaConsumer(
        options.topic,
        bootstrap_servers=options.bootstrap,
        bootstrap_timeout_ms=CONNECT_MS,
        group_id=options.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )


def follow(consumer: KafkaConsumer, book: Book, stop: threading.Event) -> None:
    """First the book, then the offsets, until told to stop."""
    while not stop.is_set():
        polled = consumer.poll(timeout_ms=POLL_MS)
        if not polled:
            continue
        tell(book.take(readable(record for records in polled.values() for record in records)))
        try:
            consumer.commit()
        except CommitFailedError:
            print("the group was rebalanced: some anomalies come again", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
