"""An agent on our batches that takes every record and does nothing."""

from typing import Any

from faust import App

from stream_app.batching import batch_topic
from tests.benchmarks.contestants.faust_app import Checks, compete, fast_app
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent."""
    app = fast_app(order)

    @app.agent(batch_topic(app, *order.topics))
    async def read(stream: Any) -> None:
        async for batch in stream:
            meter.begin()
            meter.done(len(batch))

    return app, dict


if __name__ == "__main__":
    compete(build)
