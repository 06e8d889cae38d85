"""An agent on our batches that decodes every CloudEvent and counts by type."""

from collections import Counter
from typing import Any

import msgspec
from faust import App

from stream_app.batching import batch_topic
from tests.benchmarks.contestants.faust_app import Checks, compete, fast_app
from tests.benchmarks.job import Event
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent."""
    app = fast_app(order)
    decode = msgspec.json.Decoder(Event).decode
    types: Counter[str] = Counter()

    @app.agent(batch_topic(app, *order.topics))
    async def read(stream: Any) -> None:
        async for batch in stream:
            meter.begin()
            types.update(decode(record.value).type for record in batch)
            meter.done(len(batch))

    return app, lambda: {"types": dict(sorted(types.items()))}


if __name__ == "__main__":
    compete(build)
