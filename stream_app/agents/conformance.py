"""Is every command followed by its event? Reports in, `AnomalyDetected` and metrics out."""

from typing import Any

from stream_app.batching import batch_topic
from stream_app.conformance import STEM, Telling
from stream_app.topics import aggregates_topic
from stream_app.worker import Worker


def register(worker: Worker) -> None:
    """Judge the commands and answers that intake reports, unless MONITOR_CONFORMANCE is off."""
    if STEM not in worker.seats:
        return
    seat, telling = worker.seats[STEM], Telling(worker.metrics)
    topic = batch_topic(
        worker.app, aggregates_topic(STEM), start_from=lambda *_: seat.resume(), on_poison=worker.set_aside
    )

    @worker.app.agent(topic, name=STEM)
    async def conformance(stream: Any) -> None:
        async for batch in stream:
            telling.begin(seat.judging)
            await seat.take(batch)
            telling.look(seat.judging)
