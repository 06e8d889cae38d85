"""Follow `anomaly-events` with aiokafka, asynchronously, and keep the anomalies in SQLite.

    python -m examples.subscribe_aiokafka --bootstrap 127.0.0.1:9092 --book anomalies.sqlite

Offsets are committed after the anomalies are on the disk: what was not committed comes again, and changes nothing.
"""

import asyncio
import signal
import sqlite3
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, KafkaError

from examples.book import Book, open_book
from examples.command_line import fail, parse, readable, tell

POLL_MS = 500  # how soon a signal is heeded


async def main() -> int:
    """Follow until SIGINT or SIGTERM; gives the exit status."""
    options = parse("Keep the monitor's anomalies in SQLite (aiokafka).", "subscriber-aiokafka")
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        with open_book(options.book) as book:
            async with connected(options) as consumer:
                if options.topic not in await consumer.topics():
                    return fail(f"there is no topic {options.topic} at {options.bootstrap}: start the monitor first")
                consumer.subscribe([options.topic])
                await follow(consumer, book, stop)
    except (KafkaError, OSError) as error:
        return fail(f"Kafka at {options.bootstrap} does not answer ({error})")
    except sqlite3.Error as error:
        return fail(f"{options.book} cannot be used ({error})")
    return 0


@asynccontextmanager
async def connected(options: Namespace) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that begins with the oldest anomaly and commits only when told to."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=options.bootstrap,
        group_id=options.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def follow(consumer: AIOKafkaConsumer, book: Book, stop: asyncio.Event) -> None:
    """First the book, then the offsets, until told to stop."""
    while not stop.is_set():
        polled = await consumer.getmany(timeout_ms=POLL_MS)
        if not polled:
            continue
        tell(book.take(readable(record for records in polled.values() for record in records)))
        try:
            await consumer.commit()
        except CommitFailedError:
            print("the group was rebalanced: some anomalies come again", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
