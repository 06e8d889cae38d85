"""The feed on a real Kafka: everything from the beginning, what cannot be read, an outage."""

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from stream_app.console.options import ConsoleOptions
from stream_app.console.state import Console
from tests.builders.anomalies import EVENING, anomaly_data, past_anomalies, sample_anomalies, sample_readings
from tests.builders.feed_samples import feed

pytestmark = pytest.mark.connected
PATIENCE_SECONDS = 30.0


@pytest.fixture
def topics(fresh_topic: Callable[..., str]) -> tuple[str, str]:
    return fresh_topic("anomalies", partitions=4, cleanup_policy="compact"), fresh_topic("readings")


def following(bootstrap: str, topics: tuple[str, str], during: Callable[[Console], Awaitable[None]]) -> Console:
    """A console that follows the topics while `during` runs."""
    console = Console.build(ConsoleOptions(bootstrap, anomaly_topic=topics[0], readings_topic=topics[1]))

    async def live() -> None:
        task = asyncio.create_task(console.feed.run())
        try:
            await during(console)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(live())
    return console


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.05)


def caught_up(anomalies: int) -> Callable[[Console], Coroutine[None, None, None]]:
    async def wait(console: Console) -> None:
        await until(lambda: console.feed.state.caught_up and len(console.timeline.anomalies) >= anomalies)

    return wait


def test_everything_published_before_is_read_from_the_beginning(kafka: str, topics: tuple[str, str]) -> None:
    past = list(past_anomalies(500, EVENING - timedelta(hours=4)))
    feed(kafka, [*past, *sample_anomalies()], sample_readings(hours=1), topics)

    async def all_read(console: Console) -> None:
        await until(lambda: len(console.timeline.anomalies) == 506)
        await until(lambda: console.timeline.curves.version == 360)

    console = following(kafka, topics, all_read)

    assert len(console.timeline.anomalies.open()) == 4
    assert len(console.timeline.curves) == 6


def test_what_is_published_later_appears(kafka: str, topics: tuple[str, str]) -> None:
    async def publish_later(console: Console) -> None:
        await until(lambda: console.feed.state.caught_up)
        feed(kafka, [anomaly_data(revision=1)], [], topics)
        await until(lambda: len(console.timeline.anomalies.open()) == 1)
        feed(kafka, [anomaly_data(revision=2, status="resolved")], [], topics)
        await until(lambda: not console.timeline.anomalies.open())

    console = following(kafka, topics, publish_later)

    case = console.timeline.anomalies.get(anomaly_data().anomaly_id)
    assert case is not None
    assert [step.status for step in case.steps] == ["opened", "resolved"]


def test_records_that_cannot_be_read_are_counted_named_and_passed_over(kafka: str, topics: tuple[str, str]) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka)
    producer.send(topics[0], key=b"x", value=b"not an event", partition=1)
    producer.send(topics[0], key=b"tombstone", value=None, partition=1)
    producer.send(topics[1], value=b"not a reading")
    producer.flush(timeout=10)
    producer.close()
    feed(kafka, [anomaly_data()], [], topics)

    async def all_read(console: Console) -> None:
        await until(lambda: console.feed.state.refused_total == 2 and len(console.timeline.anomalies) == 1)

    console = following(kafka, topics, all_read)

    assert {(one.topic, one.offset) for one in console.feed.state.refused} == {(topics[0], 0), (topics[1], 0)}
    count = console.metrics.registry.get_sample_value("monitor_console_undecodable_total", {"topic": topics[0]})
    assert count == 1


def test_a_topic_that_does_not_exist_yet_is_waited_for(kafka: str, fresh_name: Callable[[str], str]) -> None:
    topics = fresh_name("anomalies"), fresh_name("readings")

    async def create_later(console: Console) -> None:
        await until(lambda: set(console.feed.state.missing) == set(topics) and console.feed.state.is_fresh)
        create_topics(kafka, {name: TopicConfig(2) for name in topics})
        feed(kafka, [anomaly_data()], [], topics)
        await caught_up(1)(console)

    console = following(kafka, topics, create_later)

    assert console.feed.state.missing == ()


def test_an_outage_of_the_broker_is_said_and_survived(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL + 1, "kafka")
    topics, port, controller = ("anomalies", "readings"), free_port(), free_port()
    broker = Broker(tmp_path, port, controller, heap_mb=256).start()
    try:
        create_topics(broker.bootstrap, {name: TopicConfig(1) for name in topics})
        feed(broker.bootstrap, [anomaly_data(revision=1)], [], topics)

        async def outage(console: Console) -> None:
            await caught_up(1)(console)
            before = console.timeline.version
            broker.stop()
            await until(lambda: "does not answer" in console.feed.state.reason)
            broker.start()
            feed(broker.bootstrap, [anomaly_data(revision=1), anomaly_data(revision=2, status="updated")], [], topics)
            await until(lambda: console.timeline.version != before and console.feed.state.is_fresh)

        console = following(broker.bootstrap, topics, outage)
    finally:
        broker.stop()
        gc.collect()

    assert [a.event.revision for a in console.timeline.anomalies.open()] == [2]
    assert console.metrics.registry.get_sample_value("monitor_console_outages_total") == 1
