"""Messages leave in order and at least once, whatever Kafka does."""

from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry

from shop_services.chassis.bus import BusRecord, MemoryBus, MemoryPublisher
from shop_services.chassis.errors import BusUnavailable
from shop_services.chassis.memory import MemoryDatabase
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.outbox import Relay
from shop_services.contracts.warehouse import ProductAdditionRequested
from tests.builders.live_shop import live_service
from tests.builders.waiting import eventually


class BrokenAt(MemoryPublisher):
    """Publishes some records, then fails, as a broker does that goes away."""

    def __init__(self, bus: MemoryBus, after: int) -> None:
        super().__init__(bus)
        self._after = after

    def send(self, records: Sequence[BusRecord]) -> None:
        super().send(records[: self._after])
        raise BusUnavailable("gone")


class FlakyBus(MemoryBus):
    """The first publisher breaks after some records; the next ones work."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._publishers = iter([BrokenAt(self, after)])

    def publisher(self) -> MemoryPublisher:
        return next(self._publishers, MemoryPublisher(self))


def stocked(codes: Sequence[str]) -> MemoryDatabase:
    """The database of a warehouse with that many products just added."""
    database = MemoryDatabase()
    live = live_service("warehouse", database)
    for code in codes:
        live.request(ProductAdditionRequested(code=code, name="n", description="", quantity=1, price=1.0))
    return database


def relay_of(database: MemoryDatabase, bus: MemoryBus) -> Relay:
    return Relay("warehouse-service", database, bus, ServiceMetrics(CollectorRegistry()))


def test_messages_leave_in_the_order_of_their_making() -> None:
    bus = MemoryBus()

    assert relay_of(stocked(["P1", "P2"]), bus).relay() == 4

    assert [(record.topic, record.key) for record in bus.records] == [
        ("application-command-topic", b"P1"),
        ("warehouse-events", b"1"),
        ("application-command-topic", b"P2"),
        ("warehouse-events", b"2"),
    ]
    assert dict(bus.records[1].headers)["ce_type"] == b"com.cqshop.warehouse.ProductAddedToWarehouse"


def test_what_was_published_is_not_published_again() -> None:
    bus = MemoryBus()
    relay = relay_of(stocked(["P1"]), bus)

    assert (relay.relay(), relay.relay()) == (2, 0)
    assert len(bus.records) == 2


def test_after_a_failure_all_of_the_batch_is_sent_again() -> None:
    bus = FlakyBus(after=1)
    relay = relay_of(stocked(["P1"]), bus)

    with pytest.raises(BusUnavailable):
        relay.relay()
    relay.relay()

    assert [record.key for record in bus.records] == [b"P1", b"P1", b"1"]


def test_the_relay_publishes_when_it_is_woken_and_recovers_by_itself() -> None:
    bus = FlakyBus(after=0)
    database = MemoryDatabase()
    live, relay = live_service("warehouse", database), relay_of(database, bus)
    live.on_commit(relay.wake)
    relay.start()

    live.request(ProductAdditionRequested(code="P1", name="n", description="", quantity=1, price=1.0))

    assert eventually(lambda: len(bus.records) == 2, seconds=5)
    relay.stop()
    assert not relay.is_alive


def test_stopping_publishes_what_is_left() -> None:
    bus = MemoryBus()
    relay = relay_of(stocked(["P1"]), bus)
    relay.start()
    relay.stop()

    assert len(bus.records) == 2
