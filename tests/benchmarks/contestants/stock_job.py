"""The same job by a stock agent: event by event, windows in a Faust table, hits sent to a topic."""

from typing import Any

from faust import App

from tests.benchmarks.contestants.faust_app import Checks, compete, raw_topic, stock_app
from tests.benchmarks.job import Job
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent and table."""
    app = stock_app(order)
    job = Job(order.model, order.threshold)
    windows = app.Table("windows", partitions=order.partitions)
    hits = app.topic(order.hits, value_type=bytes, value_serializer="raw")

    @app.agent(raw_topic(app, order))
    async def judge(stream: Any) -> None:
        async for event in stream.events():
            meter.begin()
            for hit in job.take([f"{event.message.topic}/{event.key.decode()}"], [event.value], windows):
                await hits.send(value=hit)
            meter.done(1)

    return app, job.checks


if __name__ == "__main__":
    compete(build)
