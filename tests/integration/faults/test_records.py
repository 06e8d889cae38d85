"""Records that are unusual but lawful: compressed, transactional, very large."""

import asyncio
import json
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from shop_services.contracts.topics import DEAD_LETTER_TOPIC
from tests.integration.faults.sample import STEM, TOPIC, is_caught_up, metric, orders, pieces, put, until, working
from tests.integration.faults.topics import read_all

pytestmark = pytest.mark.connected
SOURCE = f"{TOPIC}/0"
CODECS = {1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd", 5: None}


async def transact(broker: str, product: int, count: int, *, commits: bool) -> None:
    """One transaction of a producer of its own."""
    producer = AIOKafkaProducer(bootstrap_servers=broker, transactional_id=f"orders-{product}")
    await producer.start()
    try:
        await producer.begin_transaction()
        sent = [await producer.send(TOPIC, value, partition=0) for value in orders(product, count)]
        await asyncio.gather(*sent)
        await (producer.commit_transaction() if commits else producer.abort_transaction())
    finally:
        await producer.stop()


async def test_every_codec_is_read_and_only_committed_transactions_count(broker: str, tmp_path: Path) -> None:
    """INVARIANT: what a producer took back did not happen."""
    for product, codec in CODECS.items():
        await put(broker, orders(product, 70), compression_type=codec, linger_ms=50)
    await transact(broker, 6, 40, commits=True)
    await transact(broker, 7, 30, commits=False)

    async with working(broker, tmp_path) as worker:
        await until(lambda: sum(pieces(worker).values()) == 5 * 70 + 40)
        await put(broker, orders(8, 5))
        await transact(broker, 9, 30, commits=False)
        await transact(broker, 6, 2, commits=True)
        await until(lambda: pieces(worker).get(6) == 42)
        await until(lambda: is_caught_up(worker))  # the partition ends with a marker, which is no record

        assert pieces(worker) == dict.fromkeys(CODECS, 70) | {6: 42, 8: 5}


async def test_an_open_transaction_counts_as_not_yet_read(broker: str, tmp_path: Path) -> None:
    """INVARIANT: nothing is judged as silent while records stand on the broker that may yet count."""
    producer = AIOKafkaProducer(bootstrap_servers=broker, transactional_id="slow")
    await producer.start()
    async with working(broker, tmp_path) as worker:
        sources = worker.seats[STEM].judging.detector.watermark.sources
        await until(lambda: sources.get(SOURCE) and sources[SOURCE].caught_up)
        await producer.begin_transaction()
        await producer.send_and_wait(TOPIC, *orders(1, 1), partition=0)
        await put(broker, orders(2, 4))
        await until(lambda: not sources[SOURCE].caught_up)
        assert pieces(worker) == {}

        await producer.commit_transaction()
        await until(lambda: pieces(worker) == {1: 1, 2: 4} and sources[SOURCE].caught_up)
    await producer.stop()


async def test_a_record_of_10_mb_goes_to_the_dead_letters_and_the_next_one_is_read(broker: str, tmp_path: Path) -> None:
    large = b'{"password": "' + b"x" * (10 * 2**20) + b'"}'

    async with working(broker, tmp_path) as worker:
        await put(broker, [*orders(1, 3), large, *orders(2, 4)])
        await until(lambda: pieces(worker) == {1: 3, 2: 4})

        assert metric(worker, "monitor_dead_letters_total", topic=TOPIC, reason="too_large") == 1
    (letter,) = map(json.loads, read_all(broker, DEAD_LETTER_TOPIC))
    assert (letter["topic"], letter["offset"], letter["reason"]) == (TOPIC, 3, "too_large")
    assert len(json.dumps(letter)) < 300
