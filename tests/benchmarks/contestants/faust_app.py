"""What the contestants on Faust share: the same settings, the same loop, the same collector, stock or batch."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import faust
import uvloop
from faust import App

from stream_app.batching import batch_app
from stream_app.serve import GC_THRESHOLD
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order, answer, received

Checks = Callable[[], dict[str, Any]]
Build = Callable[[Order, Meter], tuple[App, Checks]]

STARTUP_SECONDS = 60.0


def stock_app(order: Order) -> App:
    """Faust as it comes."""
    return faust.App(order.run, broker=f"kafka://{order.bootstrap}", **_settings(order))


def fast_app(order: Order) -> App:
    """Faust with our batches."""
    return batch_app(order.run, broker=f"batchkafka://{order.bootstrap}", **_settings(order))


def raw_topic(app: App, order: Order) -> Any:
    """The topics for a stock agent, as bytes."""
    return app.topic(*order.topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


def _settings(order: Order) -> dict[str, Any]:
    return {
        "store": "memory://",
        "datadir": str(order.folder),
        "web_enabled": False,
        "topic_disable_leader": True,
        "topic_partitions": order.partitions,
        "consumer_auto_offset_reset": "earliest",
        "broker_commit_interval": 1.0,
        "stream_wait_empty": False,
    }


def compete(build: Build) -> None:
    """Run the app that `build` makes until its meter is over, and answer."""
    gc.set_threshold(*GC_THRESHOLD)
    uvloop.run(_run(received(), build))


async def _run(order: Order, build: Build) -> None:
    meter = Meter(order)
    app, checks = build(order, meter)
    await app.start()
    async with asyncio.timeout(order.seconds + STARTUP_SECONDS):
        await meter.over.wait()
    answer(meter.result(**checks()))
    await app.stop()
