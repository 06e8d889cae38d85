"""Does the day keep its shape? Reports in, `AnomalyDetected` out."""

from typing import Any

from stream_app.batching import batch_topic
from stream_app.topics import aggregates_topic
from stream_app.worker import Worker

STEM = "daily_workload"


def register(worker: Worker) -> None:
    """Judge the reports of this scenario."""
    seat = worker.seats[STEM]
    topic = batch_topic(
        worker.app,
        aggregates_topic(STEM),
        start_from=lambda *_: seat.resume(),
        on_jump=seat.jumped,
        on_poison=worker.set_aside,
    )

    @worker.app.agent(topic, name=STEM)
    async def daily_workload(stream: Any) -> None:
        async for batch in stream:
            await seat.take(batch)
