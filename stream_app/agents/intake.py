"""Shop records in, one report a scenario out."""

from typing import Any

from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.batching import batch_topic
from stream_app.batching.topic import SLICE_RECORDS
from stream_app.worker import Worker

# Between two turns, unless one is full. A turn costs much the same whatever it brings: taken as often as there is
# anything, turns fill the worker's loop at any pace of the shop, and what they report queues behind them.
TURN_SECONDS = 0.025


def register(worker: Worker) -> None:
    """Count the records of all shop topics, from the start of a segment on."""
    topic = batch_topic(
        worker.app, *SHOP_TOPICS, start_from=worker.rewind, on_jump=worker.jumped, on_poison=worker.set_aside
    )

    @worker.app.agent(topic, name="intake")
    async def intake(stream: Any) -> None:
        async for turn in stream.turns(SLICE_RECORDS, TURN_SECONDS):
            await worker.take(turn)
