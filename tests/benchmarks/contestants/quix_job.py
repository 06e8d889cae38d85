"""The same job in Quix Streams: event by event, as it hands them over, windows in its state, hits to a topic."""

import os
from typing import Any

from quixstreams import Application

from tests.benchmarks.job import Counts, Job
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order, answer, received


class StateWindows:
    """The state of one key as the job's windows."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def get(self, name: str) -> Counts | None:
        """Counts so far."""
        return self._state.get(name)

    def __setitem__(self, name: str, counts: Counts) -> None:
        self._state.set(name, counts)


def application(order: Order, meter: Meter) -> Application:
    """With its state in RocksDB and a changelog, as it comes."""

    def note(topic: str, partition: int, offset: int) -> None:
        meter.done(1)
        if meter.is_over:
            app.stop()

    app = Application(
        broker_address=order.bootstrap,
        consumer_group=order.run,
        auto_offset_reset="earliest",
        state_dir=order.folder / "state",
        on_message_processed=note,
        loglevel="WARNING",
    )
    return app


def add(app: Application, topic: str, order: Order, job: Job, meter: Meter) -> None:
    """One topic's stream: judged, and its hits sent."""

    def judge(value: bytes, key: bytes, timestamp: int, headers: Any, state: Any) -> list[bytes]:
        meter.begin()
        return job.take([f"{topic}/{key.decode()}"], [value], StateWindows(state))

    stream = app.dataframe(app.topic(topic, key_deserializer="bytes", value_deserializer="bytes"))
    hits = stream.apply(judge, stateful=True, metadata=True, expand=True)
    hits.to_topic(app.topic(order.hits, value_serializer="bytes"), key=lambda _: None)


def main() -> None:
    """Run until all records are judged, or the time is over."""
    order = received()
    job, meter = Job(order.model, order.threshold), Meter(order)
    app = application(order, meter)
    for topic in order.topics:
        add(app, topic, order, job, meter)
    app.run()
    answer(meter.result(**job.checks()))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
