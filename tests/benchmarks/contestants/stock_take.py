"""The work of the whole worker by a stock agent that takes many events at a time, as Faust's own `take_events` allows.

The brain is that of `stock_brain`; here it gets what stands in one partition together.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from faust import App
from faust.types import TP, EventT

from stream_app.turn import Slice
from tests.benchmarks.contestants.faust_app import Checks, compete, raw_topic, stock_app
from tests.benchmarks.contestants.stock_brain import brain
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order

AT_ONCE = 1_000
WITHIN_SECONDS = 0.1


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent."""
    app = stock_app(order)
    counting = brain(app, order)

    @app.agent(raw_topic(app, order))
    async def judge(stream: Any) -> None:
        async for events in stream.take_events(AT_ONCE, within=WITHIN_SECONDS):
            meter.begin()
            await counting.take(*slices(app, events))
            meter.done(len(events))

    return app, dict


def slices(app: App, events: Iterable[EventT]) -> Iterator[Slice]:
    """What stands in one partition together, in order."""
    by_partition: dict[TP, list[EventT]] = {}
    for event in events:
        by_partition.setdefault(event.message.tp, []).append(event)
    for tp, held in by_partition.items():
        offsets = [event.message.offset for event in held]
        is_last = offsets[-1] + 1 >= (app.consumer.highwater(tp) or 0)
        yield Slice(tp.topic, tp.partition, [event.value for event in held], offsets, is_last)


if __name__ == "__main__":
    compete(build)
