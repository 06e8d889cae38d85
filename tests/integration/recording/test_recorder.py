"""The recorder against a real Kafka: what it takes, where it goes on, and what it says when it cannot."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from deploy.local.broker import Broker, free_port
from models.clock import WallClock
from models.log_files import files_of
from models.recording import Recording
from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.__main__ import app
from stream_app.errors import BrokerUnreachable
from stream_app.recording.health import RecorderHealth
from stream_app.recording.lines import Line, Lines
from stream_app.recording.merging import Merging
from stream_app.recording.metrics import RecorderMetrics
from stream_app.recording.pieces import Pieces
from stream_app.recording.run import Recorder, Wanted
from tests.builders.messages import added, ms
from tests.builders.waiting import eventually
from tests.integration.faults.topics import add_partitions, delete_records, delete_topics, recreate_topic
from tests.integration.recording.conftest import PARTITIONS

pytestmark = pytest.mark.connected
CART = "cart-events"
NOON = ms("12:00:00")


def message(number: int) -> bytes:
    return added(number, 1, 1, 1.0, "12:00:00")


@asynccontextmanager
async def producing(broker: str, **options: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def put(broker: str, numbers: Iterable[int], topic: str = CART, partition: int | None = None) -> None:
    """Messages about these products, a second of arrival apart, over the partitions in turn."""
    async with producing(broker) as producer:
        for number in numbers:
            place = number % PARTITIONS if partition is None else partition
            await producer.send_and_wait(topic, message(number), partition=place, timestamp_ms=NOON + number * 1_000)


def products(*paths: Path) -> list[int]:
    """Of the recorded messages, in their order."""
    return [product for block in Recording(paths).blocks() for product in block.columns.product.tolist()]


def standing(folder: Path) -> list[int]:
    return products(folder) if list(folder.glob("*.jsonl.gz")) else []


def record(broker: str, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["record", *map(str, arguments)], env={"MONITOR_BROKER": broker})


async def recorded(broker: str, folder: Path) -> Lines:
    """All there is, into the folder."""
    lines, sink = Lines(WallClock()), Pieces(folder, 3600.0)
    await Recorder(Wanted(broker), lines, sink, print).run()
    sink.finish()
    return lines


def test_partitions_are_merged_in_order_of_arrival(broker: str, tmp_path: Path) -> None:
    asyncio.run(put(broker, range(100)))

    assert record(broker, "-o", tmp_path / "log.jsonl").exit_code == 0
    assert products(tmp_path / "log.jsonl") == list(range(100))


async def test_a_partition_that_is_far_ahead_waits_in_kafka(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: however long the log, only some lines of each partition are in memory."""
    held = []
    add = Merging.add

    def watched(merging: Merging, source: str, lines: Iterable[Line]) -> None:
        add(merging, source, lines)
        held.append(merging.count(source))

    monkeypatch.setattr("stream_app.recording.reading.ENOUGH", 10)
    monkeypatch.setattr(Merging, "add", watched)
    await put(broker, range(300, 600), partition=0)
    await put(broker, range(300), partition=1)

    await recorded(broker, tmp_path)

    assert products(tmp_path) == list(range(600))
    assert max(held) <= 20


def test_a_period_is_what_was_written_in_it(broker: str, tmp_path: Path) -> None:
    asyncio.run(put(broker, range(100)))

    bounds = ("--since", "2026-03-02T12:00:20Z", "--until", "2026-03-02T13:01:00+01:00")
    assert record(broker, "-o", tmp_path / "log.jsonl", *bounds).exit_code == 0
    assert products(tmp_path / "log.jsonl") == list(range(20, 60))


def test_nobody_notices(broker: str, tmp_path: Path) -> None:
    """No group, no commits, no topic of its own."""
    asyncio.run(put(broker, range(4)))
    record(broker, "--folder", tmp_path / "folder")

    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        assert set(admin.list_topics()) == set(SHOP_TOPICS)
        assert admin.list_groups() == []
    finally:
        admin.close()


async def test_a_folder_takes_up_where_it_ended(broker: str, tmp_path: Path) -> None:
    await put(broker, range(10))
    await recorded(broker, tmp_path)
    await recorded(broker, tmp_path)
    await put(broker, range(10, 20))
    await recorded(broker, tmp_path)

    assert products(tmp_path) == list(range(20))
    assert len(list(files_of([tmp_path]))) == 2  # nothing new is no piece


async def test_a_topic_created_anew_begins_anew_and_the_others_go_on(broker: str, tmp_path: Path) -> None:
    """INVARIANT: also when it has grown beyond where the one before ended."""
    await put(broker, range(10))
    await put(broker, range(100, 110), "order-events")
    await recorded(broker, tmp_path)
    recreate_topic(broker, CART, PARTITIONS)
    await put(broker, range(200, 240))

    await recorded(broker, tmp_path)

    assert sorted(products(tmp_path)) == [*range(10), *range(100, 110), *range(200, 240)]


async def test_a_topic_that_is_away_for_a_while_goes_on(broker: str, tmp_path: Path) -> None:
    await put(broker, range(10))
    delete_topics(broker, "order-events")

    await recorded(broker, tmp_path)
    await put(broker, range(10, 12))
    await recorded(broker, tmp_path)

    assert products(tmp_path) == list(range(12))


async def test_records_that_retention_took_are_counted(broker: str, tmp_path: Path) -> None:
    await put(broker, range(10), partition=0)
    assert (await recorded(broker, tmp_path)).tally.lost == 0
    await put(broker, range(10, 30), partition=0)
    delete_records(broker, CART, 0, before=25)

    lines = await recorded(broker, tmp_path)

    assert lines.tally.lost == 15
    assert products(tmp_path) == [*range(10), *range(25, 30)]


async def test_only_what_is_committed_is_recorded(broker: str, tmp_path: Path) -> None:
    """An aborted transaction never is, an open one when it is over; neither holds up the recorder."""
    async with (
        producing(broker, transactional_id="one") as producer,
        producing(broker, transactional_id="two") as open_,
    ):
        await put(broker, [0, 1])
        async with producer.transaction():
            await producer.send_and_wait(CART, message(2), partition=0, timestamp_ms=NOON + 2_000)
        with suppress(ZeroDivisionError):
            async with producer.transaction():
                await producer.send_and_wait(CART, message(3), partition=1, timestamp_ms=NOON + 3_000)
                raise ZeroDivisionError
        await open_.begin_transaction()
        await open_.send_and_wait(CART, message(4), partition=0, timestamp_ms=NOON + 4_000)

        await recorded(broker, tmp_path)
        assert products(tmp_path) == [0, 1, 2]
        await open_.commit_transaction()
    await recorded(broker, tmp_path)
    assert products(tmp_path) == [0, 1, 2, 4]


async def test_following_goes_over_an_outage_and_takes_partitions_that_are_added(
    broker: str, node: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: nothing is missing and nothing stands twice."""
    monkeypatch.setattr("stream_app.recording.run.RETRY_SECONDS", 0.5)
    monkeypatch.setattr("stream_app.recording.run.LOOK_SECONDS", 1.0)
    recorder = Recorder(Wanted(broker, follow=True), Lines(WallClock()), Pieces(tmp_path, 0.0), print)
    health = RecorderHealth(recorder, RecorderMetrics(CollectorRegistry()))
    assert not health.report()["ready"]
    following = asyncio.ensure_future(recorder.run())
    try:
        await put(broker, range(10))
        assert await asyncio.to_thread(eventually, lambda: standing(tmp_path) == list(range(10)), 30)

        assert health.report()["ready"]

        await asyncio.to_thread(node.stop)
        assert await asyncio.to_thread(eventually, lambda: "Kafka at" in health.report()["reason"], 60)
        await asyncio.to_thread(node.start)
        await put(broker, range(10, 20))
        assert await asyncio.to_thread(eventually, lambda: standing(tmp_path) == list(range(20)), 60)

        add_partitions(broker, CART, PARTITIONS + 1)
        await put(broker, range(20, 25), partition=PARTITIONS)
        assert await asyncio.to_thread(eventually, lambda: standing(tmp_path) == list(range(25)), 30)
        assert health.report()["ready"]
        assert health.metrics.registry.get_sample_value("monitor_recorder_records_total", {"outcome": "kept"}) == 25
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


@pytest.mark.parametrize(("last", "status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_process_that_ends_is_followed_by_one_that_goes_on(
    broker: str, tmp_path: Path, last: signal.Signals, status: int
) -> None:
    """INVARIANT: however it ended, nothing is missing and nothing stands twice."""
    command = [sys.executable, "-m", "stream_app", "record", "--follow", "--folder", str(tmp_path)]
    settings = os.environ | {"MONITOR_BROKER": broker, "MONITOR_RECORDER_PORT": str(free_port())}
    process = subprocess.Popen([*command, "--piece-seconds", "1"], env=settings, stdout=subprocess.DEVNULL)
    asyncio.run(put(broker, range(10)))
    assert eventually(lambda: standing(tmp_path) == list(range(10)), 60)

    asyncio.run(put(broker, range(10, 15)))
    process.send_signal(last)
    assert process.wait(30) == status
    assert record(broker, "--folder", tmp_path).exit_code == 0

    assert products(tmp_path) == list(range(15))


def test_nothing_to_record_is_said_and_leaves_no_file(broker: str, tmp_path: Path) -> None:
    result = record(broker, "-o", tmp_path / "log.jsonl")

    assert result.exit_code == 1
    assert "nothing was recorded" in result.output
    assert list(tmp_path.iterdir()) == []


def test_without_a_topic_of_the_shop_the_remedy_is_named(broker: str, tmp_path: Path) -> None:
    delete_topics(broker, *SHOP_TOPICS)

    error = record(broker, "-o", tmp_path / "log.jsonl").exception

    assert isinstance(error, BrokerUnreachable)
    assert error.exit_code == 3
    assert "has no topic of the shop" in str(error)


def test_without_a_broker_the_remedy_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    error = record(f"127.0.0.1:{free_port()}", "-o", tmp_path / "log.jsonl").exception

    assert isinstance(error, BrokerUnreachable)
    assert "MONITOR_BROKER" in str(error)
    assert list(tmp_path.iterdir()) == []
