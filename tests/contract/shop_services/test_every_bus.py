"""The bus in memory and the bus on Kafka keep the same promises."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from shop_services.chassis.bus import Bus, BusRecord, MemoryBus, Subscription
from shop_services.chassis.kafka_bus import KafkaBus

PATIENCE_SECONDS = 15.0


class Setup(NamedTuple):
    bus: Bus
    topic: str
    other: str
    group: str


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.connected)])
def setup(request: pytest.FixtureRequest) -> Setup:
    if request.param == "memory":
        return Setup(MemoryBus(), "ticks", "tocks", "readers")
    fresh_topic: Callable[..., str] = request.getfixturevalue("fresh_topic")
    bus = KafkaBus(request.getfixturevalue("kafka"))
    return Setup(bus, fresh_topic("ticks", partitions=2), fresh_topic("tocks"), fresh_topic("readers"))


@pytest.fixture
def subscribe(setup: Setup) -> Iterator[Callable[[], Subscription]]:
    opened: list[Subscription] = []

    def make() -> Subscription:
        opened.append(setup.bus.subscribe([setup.topic], setup.group))
        return opened[-1]

    yield make
    for subscription in opened:
        subscription.close()


def records(topic: str, numbers: range) -> list[BusRecord]:
    return [BusRecord(topic, str(n % 3).encode(), str(n).encode(), [("ce_id", b"x")]) for n in numbers]


def publish(setup: Setup, sent: list[BusRecord]) -> None:
    publisher = setup.bus.publisher()
    publisher.send(sent)
    publisher.close()


def read(subscription: Subscription, count: int) -> list[BusRecord]:
    got: list[BusRecord] = []
    for _ in range(int(PATIENCE_SECONDS / 0.25)):
        got += subscription.poll(0.25)
        if len(got) >= count:
            break
    return got


def test_what_is_sent_arrives_as_it_was(setup: Setup, subscribe: Callable[[], Subscription]) -> None:
    publish(setup, records(setup.topic, range(1)))

    (received,) = read(subscribe(), 1)

    assert received[:4] == (setup.topic, b"0", b"0", [("ce_id", b"x")])
    assert setup.topic in received.position


def test_records_of_one_key_stay_in_order(setup: Setup, subscribe: Callable[[], Subscription]) -> None:
    publish(setup, records(setup.topic, range(60)))

    received = read(subscribe(), 60)

    for key in (b"0", b"1", b"2"):
        numbers = [int(record.value) for record in received if record.key == key]
        assert numbers == sorted(numbers)
        assert len(numbers) == 20


def test_other_topics_are_not_heard(setup: Setup, subscribe: Callable[[], Subscription]) -> None:
    publish(setup, [*records(setup.other, range(3)), *records(setup.topic, range(1))])

    assert {record.topic for record in read(subscribe(), 1)} == {setup.topic}


def test_what_was_committed_does_not_come_again(setup: Setup, subscribe: Callable[[], Subscription]) -> None:
    publish(setup, records(setup.topic, range(3)))
    first = subscribe()
    read(first, 3)
    first.commit()
    first.close()
    publish(setup, records(setup.topic, range(3, 4)))

    assert [record.value for record in read(subscribe(), 1)] == [b"3"]


def test_what_was_not_committed_comes_again(setup: Setup, subscribe: Callable[[], Subscription]) -> None:
    publish(setup, records(setup.topic, range(3)))
    first = subscribe()
    read(first, 3)
    first.close()

    assert sorted(record.value for record in read(subscribe(), 3)) == [b"0", b"1", b"2"]
