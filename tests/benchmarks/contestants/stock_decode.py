"""A stock agent that decodes every CloudEvent and counts by type."""

from collections import Counter
from typing import Any

import msgspec
from faust import App

from tests.benchmarks.contestants.faust_app import Checks, compete, raw_topic, stock_app
from tests.benchmarks.job import Event
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent."""
    app = stock_app(order)
    decode = msgspec.json.Decoder(Event).decode
    types: Counter[str] = Counter()

    @app.agent(raw_topic(app, order))
    async def read(stream: Any) -> None:
        async for value in stream:
            meter.begin()
            types[decode(value).type] += 1
            meter.done(1)

    return app, lambda: {"types": dict(sorted(types.items()))}


if __name__ == "__main__":
    compete(build)
