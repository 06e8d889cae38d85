"""The whole worker, as `python -m stream_app worker` runs it: all scenarios, shipped models, clock `events`.

It counts as done when every record was taken in and every detector has judged up to the last of them.
"""

import os
import signal
from collections.abc import Iterable

from deploy.local.broker import free_port
from models.detector import Detector
from models.scenarios.discovery import scenarios
from stream_app.app import create_worker, lag
from stream_app.loading import load_models
from stream_app.metrics import Metrics
from stream_app.provision import prepare_topics
from stream_app.serve import run_worker
from stream_app.settings import Settings
from stream_app.topics import monitor_topics
from stream_app.worker import Worker
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order, answer, received

LOOK_SECONDS = 0.05


def worker_of(order: Order) -> tuple[Worker, Settings]:
    """The worker that the command builds."""
    settings = Settings(
        broker=order.bootstrap, port=free_port(), data=order.folder, clock="events", log_level="warning"
    )
    found = scenarios()
    sources = prepare_topics(order.bootstrap, monitor_topics(tuple(found)))
    return create_worker(settings, load_models(settings.registry, found.values()), found, sources), settings


def watch(worker: Worker, meter: Meter) -> None:
    """Look at what it has done from its own loop, as the heartbeat does, and end it when it is done."""

    @worker.app.timer(interval=LOOK_SECONDS)
    async def look() -> None:
        taken = taken_in(worker.metrics)
        if not taken or meter.is_over:
            return
        meter.begin()
        detectors = [seat.judging.detector for seat in worker.seats.values()]
        is_idle = not any(lag(worker.app).values())
        if taken - meter.records and (taken < meter.wanted or (is_idle and all(map(has_judged_all, detectors)))):
            meter.done(taken - meter.records)
        if meter.is_over:
            verdicts = {stem: _total(worker.metrics.verdicts.labels(stem, "opened")) for stem in worker.seats}
            answer(meter.result(opened=verdicts))
            os.kill(os.getpid(), signal.SIGTERM)


def taken_in(metrics: Metrics) -> int:
    """Shop records that intake has dealt with."""
    return sum(int(_total(counter)) for counter in (metrics.events, metrics.skipped, metrics.dead_letters))


def has_judged_all(detector: Detector) -> bool:
    """Nothing waits, and the watermark stands where the newest event allows."""
    progress = detector.watermark.sources.values()
    newest = max((source.seen_until for source in progress), default=0)
    is_caught_up = all(source.caught_up for source in progress)
    is_at_the_end = detector.watermark.value == newest - detector.watermark.lateness_ms
    return is_caught_up and is_at_the_end and not detector.waiting.size


def _total(counter: object) -> float:
    samples: Iterable = (sample for metric in counter.collect() for sample in metric.samples)  # type: ignore[attr-defined]
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


def main() -> None:
    """Run it until it is done."""
    order = received()
    worker, settings = worker_of(order)
    watch(worker, Meter(order))
    run_worker(worker, settings)


if __name__ == "__main__":
    main()
