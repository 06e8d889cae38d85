import asyncio
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from faust import App
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from stream_app.batching import RecordBatch, batch_topic, positions, send_many
from stream_app.batching.consumer import BatchConsumer
from tests.integration.batching.counting import PARTITIONS, counting_app, seen_values, total

pytestmark = pytest.mark.connected


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is of any kind
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working(app: App) -> AsyncIterator[App]:
    await app.start()
    try:
        await until(lambda: cast(BatchConsumer, app.consumer)._is_settled)
        yield app
    finally:
        await app.stop()


async def produce(bootstrap: str, topic: str, values: Iterable[int], *, pause_every: int = 0) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, enable_idempotence=True)
    await producer.start()
    try:
        for value in values:
            sent = await producer.send(
                topic, struct.pack(">q", value), key=b"%d" % (value % 50), partition=value % PARTITIONS
            )
            if pause_every and value % pause_every == 0:
                await sent
                await asyncio.sleep(0.02)
    finally:
        await producer.stop()


def committed(bootstrap: str, group: str) -> dict[tuple[str, int], int]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return {tuple(tp): held.offset for tp, held in admin.list_group_offsets(group)[group].items()}
    finally:
        admin.close()


async def test_one_agent_reads_several_topics_to_their_ends_and_commits_them(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    topics = [fresh_topic("first", PARTITIONS), fresh_topic("second", PARTITIONS), fresh_topic("silent", PARTITIONS)]
    await produce(kafka, topics[0], range(1000))
    await produce(kafka, topics[1], range(1000, 3000))
    app, table = counting_app(fresh_name("reads"), topics, kafka, "memory://", tmp_path)

    async with working(app):
        await until(lambda: len(seen_values(tmp_path)) == 3000)
        await until(
            lambda: len(positions(app)) == 3 * PARTITIONS and all(p.is_caught_up for p in positions(app).values())
        )
        before = positions(app)[topics[2], 0]
        await until(lambda: (positions(app)[topics[2], 0].polled_at or 0) > (before.polled_at or 0))
        assert total(table) == 3000

    assert sorted(seen_values(tmp_path)) == list(range(3000))
    ends = committed(kafka, app.conf.id)
    assert {key: ends[key] for key in ends if key[0] in topics[:2]} == {
        (topic, partition): size
        for topic, size in ((topics[0], 250), (topics[1], 500))
        for partition in range(PARTITIONS)
    }


@pytest.mark.parametrize("store", ["memory://", "rocksdb://"])
async def test_a_table_is_whole_after_a_restart(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path, store: str
) -> None:
    topic, name = fresh_topic("ticks", PARTITIONS), fresh_name("table")
    await produce(kafka, topic, range(2000))
    first, table = counting_app(name, [topic], kafka, store, tmp_path)
    async with working(first):
        await until(lambda: total(table) == 2000)

    await produce(kafka, topic, range(2000, 2500))
    second, table = counting_app(name, [topic], kafka, store, tmp_path)
    async with working(second):
        await until(lambda: total(table) == 2500)

    assert sorted(seen_values(tmp_path)) == list(range(2500))  # a clean stop repeats nothing


async def test_workers_come_and_go_without_losing_or_repeating_a_record(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    """INVARIANT: a graceful rebalance finishes, flushes and commits what is in hand before partitions move."""
    topic, name = fresh_topic("ticks", PARTITIONS), fresh_name("rebalance")
    folders = [tmp_path / "a", tmp_path / "b"]
    (stays, kept), (visits, moved) = (counting_app(name, [topic], kafka, "memory://", folder) for folder in folders)

    async with working(stays):
        feeding = asyncio.create_task(produce(kafka, topic, range(20_000), pause_every=100))
        await until(lambda: total(kept) > 1000)
        async with working(visits):
            await until(lambda: seen_values(folders[1]))
            await until(lambda: len(kept.owned) == len(moved.owned) == 2)
        await feeding
        await until(lambda: total(kept) == 20_000)

    seen = seen_values(*folders)
    assert sorted(seen) == list(range(20_000))


async def test_a_killed_worker_loses_nothing_and_the_table_stays_exact(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    """INVARIANT: at least once; a record seen again after kill -9 is not counted again."""
    topic, name = fresh_topic("ticks", PARTITIONS), fresh_name("killed")
    killed, heir = tmp_path / "killed", tmp_path / "heir"
    command = [sys.executable, "-m", "tests.integration.batching.counting"]
    victim = subprocess.Popen([*command, name, topic, kafka, "memory://", str(killed)])  # noqa: S603, ASYNC220
    feeding = asyncio.create_task(produce(kafka, topic, range(30_000), pause_every=100))
    await until(lambda: len(seen_values(killed)) > 5000)
    victim.kill()
    victim.wait()

    app, table = counting_app(name, [topic], kafka, "memory://", heir)
    async with working(app):
        await feeding
        await until(lambda: total(table) == 30_000)

    assert set(seen_values(killed, heir)) == set(range(30_000))


async def test_an_agent_that_fails_on_one_record_sets_it_aside_and_goes_on(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    topic, good, bad = fresh_topic("mixed", PARTITIONS), list[bytes | None](), list[int]()
    app, _ = counting_app(fresh_name("poison"), [fresh_topic("other", PARTITIONS)], kafka, "memory://", tmp_path)

    async def on_poison(batch: RecordBatch, error: BaseException) -> None:
        bad.extend(struct.unpack(">q", value or b"")[0] for value in batch.values())

    @app.agent(batch_topic(app, topic, on_poison=on_poison))
    async def fragile(stream: Any) -> None:
        async for batch in stream:
            if struct.pack(">q", 77) in batch.values():
                raise ValueError("not this one")
            good.extend(batch.values())

    await produce(kafka, topic, range(400))
    async with working(app):
        # Faust's supervisor alone would need five seconds for each of seven halves.
        await until(lambda: len(good) == 399 and bad, seconds=25)
        await until(lambda: committed(kafka, app.conf.id).get((topic, 77 % PARTITIONS)) == 100)

    assert bad == [77]


async def test_a_stock_agent_works_beside_a_batch_agent(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    batches, singles = fresh_topic("batches", PARTITIONS), fresh_topic("singles", PARTITIONS)
    app, table = counting_app(fresh_name("mixed"), [batches], kafka, "memory://", tmp_path)
    got: list[int] = []

    @app.agent(app.topic(singles, value_type=bytes, value_serializer="raw"))
    async def one_by_one(stream: Any) -> None:
        async for value in stream:
            got.append(struct.unpack(">q", value)[0])

    await produce(kafka, batches, range(300))
    await produce(kafka, singles, range(300))
    async with working(app):
        await until(lambda: len(got) == 300 and total(table) == 300)
        await until(lambda: committed(kafka, app.conf.id).get((singles, 0)) == 75)

    assert sorted(got) == list(range(300))


async def test_records_arrive_as_they_were_sent_and_keys_choose_partitions_as_in_every_client(
    kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    topic = fresh_topic("out", PARTITIONS)
    sent = [(b"key %d" % i, b"v" * 300 if i % 2 else None, [("n", b"%d" % i)]) for i in range(5000)]
    app, _ = counting_app(fresh_name("sends"), [topic], kafka, "memory://", tmp_path)

    last = await send_many(app, topic, None, sent)
    assert await send_many(app, topic, 0, []) == -1
    await app.producer.stop()

    reader = KafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None, consumer_timeout_ms=1000
    )
    reader.assign([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
    received = list(reader)
    reader.close()
    assert sorted((r.key, r.value, r.headers) for r in received) == sorted(
        (key, value, headers) for key, value, headers in sent
    )
    assert last == max(r.offset for r in received)
    assert {r.partition for r in received} == set(range(PARTITIONS))


@pytest.mark.slow
async def test_a_worker_outlives_its_broker(fresh_name: Callable[[str], str], tmp_path: Path) -> None:
    broker = Broker(tmp_path / "kafka", free_port(), free_port(), heap_mb=256).start()
    try:
        create_topics(broker.bootstrap, {"ticks": TopicConfig(PARTITIONS)})
        app, table = counting_app(fresh_name("outage"), ["ticks"], broker.bootstrap, "memory://", tmp_path / "worker")
        async with working(app):
            await produce(broker.bootstrap, "ticks", range(1000))
            await until(lambda: total(table) == 1000)
            await asyncio.to_thread(broker.kill)
            down_since = time.time()
            await asyncio.sleep(10)
            assert all((p.polled_at or 0) < down_since + 1 for p in positions(app).values())  # no silence is claimed
            await asyncio.to_thread(broker.start)
            await produce(broker.bootstrap, "ticks", range(1000, 2000))
            await until(lambda: total(table) == 2000, seconds=60)
    finally:
        broker.stop()

    assert set(seen_values(tmp_path / "worker")) == set(range(2000))
