"""The work of the whole worker by a stock agent: the same brain, which takes every event as it comes.

One agent, no topics in between, no snapshots: each event is counted for every scenario, each scenario judges, and what
is found is sent. That is less work than a worker on two stages would have.
"""

import time
from collections.abc import Sequence
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

from faust import App
from prometheus_client import CollectorRegistry

from models.clock import EventClock
from models.detector import Detector
from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.spec import Scenario
from models.windows import Watermark
from stream_app.app import lineup_of
from stream_app.counting import Counting
from stream_app.judging import Judging
from stream_app.loading import load_best
from stream_app.metrics import Metrics
from stream_app.provision import prepare_topics
from stream_app.seating import links_to
from stream_app.sending import Outgoing
from stream_app.settings import Settings
from stream_app.topics import aggregates_topic, monitor_topics
from stream_app.turn import Slice
from tests.benchmarks.contestants.faust_app import Checks, compete, raw_topic, stock_app
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order

RAW = {"key_serializer": "raw", "value_serializer": "raw"}


class Relay:
    """Hands reports to the scenario that judges them; everything else goes to Kafka, record by record."""

    def __init__(self, app: App) -> None:
        self.seats: dict[str, Judging] = {}
        self._topic = cache(partial(app.topic, key_type=bytes, value_type=bytes, **RAW))
        self._offsets = count()  # no report is one that was judged before

    async def send(self, records: Sequence[Outgoing]) -> None:
        """The port `Sender`."""
        for record in records:
            if (seat := self.seats.get(record.topic)) is not None:
                await seat.take([record.value], [next(self._offsets)], time.time())
            else:
                await self._topic(record.topic).send(key=record.key, value=record.value)


def brain(app: App, order: Order) -> Counting:
    """Both stages of all scenarios, joined."""
    relay, metrics, clock = Relay(app), Metrics(CollectorRegistry()), EventClock()
    settings = Settings(data=order.folder, clock="events")
    found = scenarios()
    sources = prepare_topics(order.bootstrap, monitor_topics(tuple(found)))
    for stem, scenario in found.items():
        relay.seats[aggregates_topic(stem)] = _judging(scenario, settings, sources, relay, metrics)
    return Counting(list(found.values()), clock, relay, metrics)


def _judging(
    scenario: Scenario, settings: Settings, sources: frozenset[str], relay: Relay, metrics: Metrics
) -> Judging:
    lineup = lineup_of(scenario, load_best(Registry(Path(settings.registry)), scenario), settings)
    watermark = Watermark(int(settings.lateness_seconds * 1000), sources)
    detector = Detector(scenario, lineup.guard, watermark, dict(lineup.serving.extras))
    return Judging(detector, lineup, relay, metrics, EventClock(), links_to(settings.console_url))


def build(order: Order, meter: Meter) -> tuple[App, Checks]:
    """The app with its agent."""
    app = stock_app(order)
    counting = brain(app, order)

    @app.agent(raw_topic(app, order))
    async def judge(stream: Any) -> None:
        async for event in stream.events():
            meter.begin()
            message = event.message
            end = app.consumer.highwater(message.tp) or 0
            is_last = message.offset + 1 >= end
            await counting.take(Slice(message.topic, message.partition, [event.value], [message.offset], is_last))
            meter.done(1)

    return app, dict


if __name__ == "__main__":
    compete(build)
