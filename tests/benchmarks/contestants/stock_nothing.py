"""A stock agent that takes every event and does nothing."""

from typing import Any

from faust import App

from tests.benchmarks.contestants.faust_app import Checks, compete, raw_topic, stock_app
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent."""
    app = stock_app(order)

    @app.agent(raw_topic(app, order))
    async def read(stream: Any) -> None:
        async for _ in stream:
            meter.begin()
            meter.done(1)

    return app, dict


if __name__ == "__main__":
    compete(build)
