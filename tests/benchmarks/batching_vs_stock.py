"""How much faster a batch agent reads than a stock Faust agent: both rates from one run, on one machine, one broker.

    python -m tests.benchmarks.batching_vs_stock [--records 1000000] [--kafka 127.0.0.1:9092]

Starts a Kafka of its own unless one is given, fills a topic with CloudEvents of about 380 bytes, and lets four workers
read it in turn, each in a process of its own: stock and batch, doing nothing and doing work (decode every event, count
by type and user). Each stops at the end of the topic or after `SECONDS`. All have the same loop (uvloop) and collector
settings. Only the ratios mean anything; absolute rates depend on the machine and on what else it does.
"""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import faust
import msgspec
import uvloop
from aiokafka import AIOKafkaProducer
from faust import App

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from stream_app.batching import batch_app, batch_topic

PARTITIONS = 4
SECONDS = 7.0
TYPES = ("ProductAddedToCart", "CartLineUpdated", "OrderCreated", "ProductReservationCreated", "UserUpdated")


class Data(msgspec.Struct, gc=False):
    """What the work looks at."""

    userId: int  # noqa: N815 - as in the message


class Event(msgspec.Struct, gc=False):
    """The fields the work reads; the decoder skips the others."""

    type: str
    data: Data


class Meter:
    """Counts what a worker read between its first record and the last, or the end of its time."""

    def __init__(self, work: str, expected: int) -> None:
        self._decode = msgspec.json.Decoder(Event).decode if work == "work" else None
        self._expected = expected
        self._counts: Counter[tuple[str, int]] = Counter()
        self.read = 0
        self.started = self.last = 0.0
        self.finished = asyncio.Event()

    def take(self, values: list[Any]) -> None:
        """Note some records, after doing the work on them."""
        now = time.perf_counter()
        self.started = self.started or now
        if self._decode is not None:
            events = map(self._decode, values)
            self._counts.update((event.type, event.data.userId) for event in events)
        self.read += len(values)
        self.last = time.perf_counter()
        if self.read >= self._expected or self.last - self.started > SECONDS:
            self.finished.set()

    @property
    def rate(self) -> float:
        """Records per second."""
        return self.read / (self.last - self.started)


def stock_worker(bootstrap: str, topic: str, meter: Meter, settings: dict[str, Any]) -> App:
    """Faust as it comes, on raw bytes."""
    app = faust.App(f"bench-{uuid.uuid4().hex[:8]}", broker=f"kafka://{bootstrap}", **settings)

    @app.agent(app.topic(topic, value_type=bytes, value_serializer="raw"))
    async def read(stream: Any) -> None:
        async for value in stream:
            meter.take([value])

    return app


def batch_worker(bootstrap: str, topic: str, meter: Meter, settings: dict[str, Any]) -> App:
    """The same agent on batches."""
    app = batch_app(f"bench-{uuid.uuid4().hex[:8]}", broker=f"batchkafka://{bootstrap}", **settings)

    @app.agent(batch_topic(app, topic))
    async def read(stream: Any) -> None:
        async for batch in stream:
            meter.take(batch.values())

    return app


WORKERS: dict[str, Callable[[str, str, Meter, dict[str, Any]], App]] = {"stock": stock_worker, "batch": batch_worker}


async def measure(kind: str, work: str, bootstrap: str, topic: str, expected: int, folder: str) -> None:
    """Run one worker and print its rate."""
    meter = Meter(work, expected)
    settings = {
        "store": "memory://",
        "datadir": folder,
        "web_enabled": False,
        "topic_disable_leader": True,
        "consumer_auto_offset_reset": "earliest",
        "broker_commit_interval": 1.0,
        "stream_wait_empty": False,
    }
    app = WORKERS[kind](bootstrap, topic, meter, settings)
    await app.start()
    async with asyncio.timeout(SECONDS * 3):
        await meter.finished.wait()
    print(json.dumps({"rate": meter.rate, "read": meter.read}), flush=True)
    await app.stop()


def event(number: int) -> bytes:
    """A CloudEvent as the shop writes it."""
    kind = TYPES[number % len(TYPES)]
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": str(uuid.UUID(int=number)),
            "source": "/cqshop/cart-service",
            "type": f"com.cqshop.cart.{kind}",
            "time": "2026-03-25T17:30:00.000Z",
            "subject": f"cart/{number % 997}",
            "correlationid": str(uuid.UUID(int=number // 3)),
            "data": {
                "cartId": number % 997,
                "userId": number % 991,
                "productId": number % 61,
                "quantity": 2,
                "price": 9.5,
            },
        }
    )


async def fill(bootstrap: str, topic: str, records: int) -> None:
    """Write the topic in whole batches."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=256 * 1024)
    await producer.start()
    values = [event(number) for number in range(5_000)]
    try:
        batches = [producer.create_batch() for _ in range(PARTITIONS)]
        for number in range(records):
            partition, value = number % PARTITIONS, values[number % len(values)]
            while batches[partition].append(key=None, value=value, timestamp=None) is None:
                await producer.send_batch(batches[partition], topic, partition=partition)
                batches[partition] = producer.create_batch()
        for partition, batch in enumerate(batches):
            await producer.send_batch(batch, topic, partition=partition)
    finally:
        await producer.stop()


def run(bootstrap: str, records: int, folder: str) -> None:
    """Fill a topic, measure the four workers one after another, print the ratios."""
    topic = f"bench-{uuid.uuid4().hex[:8]}"
    create_topics(bootstrap, {topic: TopicConfig(PARTITIONS)})
    asyncio.run(fill(bootstrap, topic, records))
    for work in ("nothing", "work"):
        rates = {kind: in_process(kind, work, bootstrap, topic, str(records), folder) for kind in WORKERS}
        ratio = rates["batch"] / rates["stock"]
        print(
            f"{work:>8}: stock {rates['stock']:>9,.0f}/s   batch {rates['batch']:>9,.0f}/s   {ratio:.0f}x", flush=True
        )


def in_process(*arguments: str) -> float:
    """Records per second of a worker in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.batching_vs_stock", "--worker", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)  # noqa: S603
    return float(json.loads(done.stdout.splitlines()[-1])["rate"])


def main() -> None:
    """Parse the arguments; start a broker when none is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--kafka", help="bootstrap address of a running Kafka")
    parser.add_argument("--worker", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        kind, work, bootstrap, topic, expected, folder = options.worker
        gc.set_threshold(50_000, 20, 20)
        uvloop.run(measure(kind, work, bootstrap, topic, int(expected), folder))
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        bootstrap = options.kafka
        if bootstrap is None:
            bootstrap = stack.enter_context(Broker(Path(folder, "kafka"), free_port(), free_port())).bootstrap
        run(bootstrap, options.records, folder)


if __name__ == "__main__":
    main()
