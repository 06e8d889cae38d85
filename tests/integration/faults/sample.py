"""A whole worker in the test's own process, judging sample scenarios: pieces added to carts per product."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from aiokafka import AIOKafkaProducer

from deploy.local.broker import free_port
from models.verdict import ModelIdentity
from stream_app.app import create_worker
from stream_app.batching import positions
from stream_app.batching.consumer import BatchConsumer
from stream_app.loading import LoadedModel
from stream_app.provision import prepare_topics
from stream_app.settings import Settings
from stream_app.topics import monitor_topics
from stream_app.worker import Worker
from tests.builders.messages import added
from tests.builders.sample_scenario import HundredPieces, PiecesScenario

STEMS = ("daily_workload", "price_exploit", "stock_exhaustion", "usage_intensity")
STEM = "stock_exhaustion"
TOPIC = "cart-events"


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """TimeoutError when it does not come true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is of any kind
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working(broker: str, folder: Path, **settings: Any) -> AsyncIterator[Worker]:
    """A worker from its start to its end, which is graceful."""
    wanted = {"clock": "events", "lateness_seconds": 0, "reload_seconds": 0} | settings
    chosen = Settings(broker=broker, port=free_port(), data=folder, **wanted)
    sources = await asyncio.to_thread(prepare_topics, broker, monitor_topics(STEMS))
    models = {stem: LoadedModel(HundredPieces(), ModelIdentity(stem, "1", "", "serving")) for stem in STEMS}
    worker = create_worker(chosen, models, {stem: PiecesScenario(stem) for stem in STEMS}, sources)
    await worker.app.start()
    try:
        await until(lambda: cast(BatchConsumer, worker.app.consumer)._is_settled)
        yield worker
    finally:
        await worker.app.stop()


def pieces(worker: Worker) -> dict[int, int]:
    """What the second stage has counted, by product."""
    memory: Any = worker.seats[STEM].judging.detector.memory
    return dict(memory.pieces)


def metric(worker: Worker, name: str, **labels: str) -> float:
    """0 while it was never counted."""
    return worker.metrics.registry.get_sample_value(name, labels) or 0.0


def is_caught_up(worker: Worker) -> bool:
    """Everything on the broker has been read and judged."""
    known = positions(worker.app)
    return len(known) > 0 and all(position.is_caught_up for position in known.values())


async def put(broker: str, values: Iterable[bytes], partition: int = 0, topic: str = TOPIC, **options: Any) -> None:
    """Write records; returns when they are acknowledged."""
    producer = AIOKafkaProducer(bootstrap_servers=broker, max_request_size=12 * 2**20, **options)
    await producer.start()
    try:
        sent = [await producer.send(topic, value, partition=partition) for value in values]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def orders(product: int, count: int) -> list[bytes]:
    """So many events of one piece each."""
    return [added(product, number % 50, 1, 1.0, f"12:00:{number % 60:02}") for number in range(count)]
