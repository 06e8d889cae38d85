"""Commands and answers through both stages without a broker: what the metrics say, and what an anomaly names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
from prometheus_client import CollectorRegistry

from models.clock import EventClock
from models.conformance import judge
from models.detector import Detector
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from shop_services.contracts.envelope import encode, new_envelope
from shop_services.contracts.orders import OrderCreated, OrderCreationRequested
from shop_services.contracts.topics import ANOMALY_TOPIC, COMMAND_TOPIC
from stream_app.conformance import STEM, Telling, lineup
from stream_app.counting import Counting, Reading
from stream_app.judging import Judging
from stream_app.metrics import Metrics
from stream_app.sending import FakeSender
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice

PAIR = "OrderCreationRequested>OrderCreated"
SOURCES = (f"{COMMAND_TOPIC}/0", "order-events/0")
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Message(NamedTuple):
    """A record of the shop."""

    second: float
    topic: str
    value: bytes


def messages(second: int, after: float) -> tuple[Message, Message]:
    """An order asked for, and its answer so many seconds later."""
    at, then = START + timedelta(seconds=second), START + timedelta(seconds=second + after)
    asked = new_envelope(OrderCreationRequested(user_id=second), at=at, subject="user/1", correlation_id=f"{second}")
    message = OrderCreated(order_id=second, order_owner=second, creation_time="")
    done = new_envelope(message, at=then, subject=f"order/{second}", correlation_id=f"{second}", causation_id=asked.id)
    return Message(second, COMMAND_TOPIC, encode(asked)), Message(second + after, "order-events", encode(done))


class Orders:
    """Orders asked for at any time, and answered or not."""

    def __init__(self) -> None:
        self.broker, self.metrics = FakeSender(), Metrics(CollectorRegistry())
        self.counting = Counting([judge().scenario], EventClock(), self.broker, self.metrics)
        watermark = Watermark(0, frozenset(SOURCES))
        models = lineup()
        detector = Detector(judge().scenario, models.guard, watermark)
        self.judging = Judging(detector, models, self.broker, self.metrics, EventClock(), lambda _: Links())
        self.telling = Telling(self.metrics)
        self.telling.begin(self.judging)
        self.offset = self.judged = 0

    async def order(self, second: int, *, is_answered: bool = True) -> None:
        asked, done = messages(second, 0.08)
        await self.hear([asked, done] if is_answered else [asked])

    async def hear(self, told: Sequence[Message]) -> None:
        """Take in messages at once, then judge."""
        for topic in (COMMAND_TOPIC, "order-events"):
            values = [each.value for each in told if each.topic == topic]
            if values:
                await self.counting.take(Slice(topic, 0, values, range(self.offset, self.offset + len(values)), True))
                self.offset += len(values)
        await self.counting.beat([Reading(source, caught_up=True) for source in SOURCES])
        await self._judge()

    async def _judge(self) -> None:
        reports = self.broker.values(aggregates_topic(STEM))
        self.broker.sent = [record for record in self.broker.sent if record.topic == ANOMALY_TOPIC]
        offsets = range(self.judged, self.judged + len(reports))
        await self.judging.take(reports, offsets, fetched_at=0.0)
        self.judged += len(reports)
        self.telling.look(self.judging)

    def count(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    def opened(self) -> list[dict[str, object]]:
        told = [msgspec.json.decode(value)["data"] for value in self.broker.values(ANOMALY_TOPIC)]
        return [anomaly for anomaly in told if anomaly["status"] == "opened"]


async def test_a_lost_order_is_a_warning_and_lost_orders_are_an_anomaly() -> None:
    orders = Orders()
    for minute in range(140):
        await orders.order(60 * minute)
    assert orders.count("monitor_conformance_linked", pair=PAIR) == 1
    assert 0.06 < (orders.count("monitor_conformance_seconds", pair=PAIR, quantile="0.99") or 0) < 0.1

    await orders.order(60 * 140, is_answered=False)
    for minute in range(141, 150):
        await orders.order(60 * minute)
    assert orders.count("monitor_conformance_overdue_total", pair=PAIR) == 1
    assert orders.opened() == []

    for minute in range(150, 165):
        await orders.order(60 * minute, is_answered=False)
    (anomaly,) = orders.opened()
    assert anomaly["entity"] == {"kind": "event_type", "id": "OrderCreationRequested"}
    assert (orders.count("monitor_conformance_overdue_total", pair=PAIR) or 0) > 10


async def test_what_was_told_before_a_restart_is_not_told_again() -> None:
    """INVARIANT: a restart raises no alert about commands that were overdue before it."""
    orders = Orders()
    for minute in range(140):
        await orders.order(60 * minute)
    await orders.order(60 * 140, is_answered=False)
    for minute in range(141, 145):
        await orders.order(60 * minute)

    again = Orders()
    again.judging.detector.load(orders.judging.detector.save())
    again.telling = Telling(again.metrics)
    again.telling.begin(again.judging)
    await again.order(60 * 146)

    assert again.count("monitor_conformance_linked", pair=PAIR) == 1
    assert again.count("monitor_conformance_overdue_total", pair=PAIR) == 0


async def test_who_catches_up_knows_a_late_answer_only_when_it_came() -> None:
    """INVARIANT: a worker that was away tells what it would have told. The order service stands still for half an hour
    and answers then; heard of with the commands, the answers would hide it.
    """
    late = [each for minute in range(140, 170) for each in messages(60 * minute, 60 * (200 - minute))]
    usual = [each for minute in (*range(140), *range(170, 240)) for each in messages(60 * minute, 0.08)]
    story = sorted([*usual, *late])
    there, away = Orders(), Orders()

    for message in story:
        await there.hear([message])
    await away.hear(story[:200])
    await away.hear(story[200:])

    assert [each["anomalyId"] for each in there.opened()] == [each["anomalyId"] for each in away.opened()]
    assert len(there.opened()) == 1
