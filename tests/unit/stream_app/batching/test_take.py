"""The bulk path must give the records of the public path, whatever the broker sends."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, FetchResult, PartitionRecords
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from stream_app.batching.take import Taken, can_take_in_bulk, take_fetched

SOURCE = TopicPartition("cart-events", 1)
PLAIN, GZIP, SNAPPY, LZ4, ZSTD = range(5)
CONTROL_BIT = 0x20
ATTRIBUTES_AT = 22  # of the low byte in a record batch of format 2
BASE_OFFSET_BYTES = 8
ABORT, COMMIT = b"\0\0\0\0", b"\0\0\0\1"  # keys of the markers: version 0, then what happened


class FetcherOfOnePartition:
    """The part of aiokafka's fetcher that taking needs, holding one fetch."""

    _key_deserializer = _value_deserializer = _wait_consume_future = None

    def __init__(self, result: Any) -> None:
        self._records = {SOURCE: result}
        self._subscriptions = self

    def _notify(self, future: object) -> None: ...

    def is_assigned(self, tp: TopicPartition) -> bool:
        return tp == SOURCE


def encoded(first: int, count: int, codec: int = PLAIN) -> bytes:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, 0, 1 << 20)
    for i in range(count):
        headers = [("ce_type", b"t%d" % i), ("none", None)] if i % 2 else []
        key = None if i % 3 == 0 else b"key %d" % i
        builder.append(i, timestamp=1_700_000_000_000 + i, key=key, value=b"value %d" % (first + i), headers=headers)
    raw = bytearray(builder.build())
    raw[:BASE_OFFSET_BYTES] = first.to_bytes(BASE_OFFSET_BYTES, "big")
    return bytes(raw)


def transactional(first: int, count: int, producer: int, *, marker: bytes = b"") -> bytes:
    """Records of a transaction, or the marker that ends it."""
    builder = DefaultRecordBatchBuilder(2, PLAIN, 1, producer, 0, 0, 1 << 20)
    for i in range(count):
        builder.append(i, timestamp=1_700_000_000_000, key=marker or None, value=b"value %d" % (first + i), headers=[])
    raw = bytearray(builder.build())
    raw[:BASE_OFFSET_BYTES] = first.to_bytes(BASE_OFFSET_BYTES, "big")
    if marker:
        raw[ATTRIBUTES_AT] |= CONTROL_BIT
    return bytes(raw)


def fetched(
    raw: bytes, position: int = 0, *, check_crcs: bool = True, aborted: Sequence[tuple[int, int]] = ()
) -> tuple[FetcherOfOnePartition, Any]:
    assignment = Assignment([SOURCE])
    state = assignment.state_value(SOURCE)
    state.seek(position)
    source = PartitionRecords(SOURCE, MemoryRecords(raw), aborted, position, None, None, check_crcs, READ_COMMITTED)
    result = FetchResult(SOURCE, assignment=assignment, partition_records=source, backoff=0)
    return FetcherOfOnePartition(result), state


def take(raw: bytes, position: int, in_bulk: bool, **options: Any) -> Taken | None:
    fetcher, state = fetched(raw, position, **options)
    taken = take_fetched(fetcher, {SOURCE}, {SOURCE.topic} if in_bulk else set()).get(SOURCE)
    assert taken is None or not in_bulk or state.position == taken.next_offset
    return taken


def as_tuples(taken: Taken | None) -> list[tuple[Any, ...]]:
    return [(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in taken.records] if taken else []


CASES = {
    "one batch": (encoded(0, 7), 0),
    "several batches": (encoded(0, 5) + encoded(5, 3) + encoded(8, 9), 0),
    "gzip": (encoded(0, 50, GZIP), 0),
    "snappy": (encoded(0, 50, SNAPPY), 0),
    "lz4": (encoded(0, 50, LZ4), 0),
    "zstd": (encoded(0, 50, ZSTD), 0),
    "from the middle of a batch": (encoded(0, 10, ZSTD) + encoded(10, 4), 6),
    "gap left by compaction": (encoded(0, 2) + encoded(90, 2), 0),
    "truncated at the end": (encoded(0, 4) + encoded(4, 40)[:-25], 0),
}


@pytest.mark.parametrize(("raw", "position"), CASES.values(), ids=CASES.keys())
async def test_bulk_and_public_path_give_the_same_records(raw: bytes, position: int) -> None:
    bulk, public = take(raw, position, in_bulk=True), take(raw, position, in_bulk=False)

    assert as_tuples(bulk) == as_tuples(public) != []
    assert bulk is not None
    assert public is not None
    assert bulk.next_offset == public.next_offset


@pytest.mark.parametrize("in_bulk", [True, False], ids=["bulk", "public"])
async def test_control_batches_are_skipped(in_bulk: bool) -> None:
    raw = encoded(0, 2) + transactional(2, 1, 7, marker=COMMIT) + encoded(3, 2)

    taken = take(raw, 0, in_bulk, check_crcs=False)

    assert [record[0] for record in as_tuples(taken)] == [0, 1, 3, 4]


@pytest.mark.parametrize("in_bulk", [True, False], ids=["bulk", "public"])
async def test_records_of_an_aborted_transaction_are_not_given(in_bulk: bool) -> None:
    aborted = transactional(2, 3, producer=7)
    committed = transactional(5, 2, producer=8)
    ends = transactional(7, 1, 7, marker=ABORT) + transactional(8, 1, 8, marker=COMMIT)
    again = transactional(9, 2, producer=7)  # the next one of the same producer

    raw = encoded(0, 2) + aborted + committed + ends + again
    taken = take(raw, 0, in_bulk, check_crcs=False, aborted=[(7, 2)])

    assert [record[0] for record in as_tuples(taken)] == [0, 1, 5, 6, 9, 10]


async def test_a_fetch_of_control_batches_alone_moves_the_position() -> None:
    taken = take(transactional(0, 1, 7, marker=ABORT), 0, in_bulk=True, check_crcs=False)

    assert taken == Taken([], 1, asked_from=0)


async def test_a_wrong_checksum_gives_the_sound_batches_first_and_then_raises() -> None:
    damaged = bytearray(encoded(4, 4))
    damaged[-3] ^= 0xFF

    taken = take(encoded(0, 4) + bytes(damaged), 0, in_bulk=True)
    assert [record[0] for record in as_tuples(taken)] == [0, 1, 2, 3]
    with pytest.raises(CorruptRecordException, match="offset 4"):
        take(bytes(damaged), 4, in_bulk=True)


async def test_records_of_an_older_position_are_not_given() -> None:
    fetcher, state = fetched(encoded(0, 4))
    state.seek(2)  # somebody sought while the fetch was under way

    assert take_fetched(fetcher, {SOURCE}, {SOURCE.topic}) == {}


async def test_a_taken_slice_keeps_no_buffer_alive() -> None:
    fetcher, _ = fetched(encoded(0, 4))
    result = fetcher._records[SOURCE]
    source = result._partition_records

    take_fetched(fetcher, {SOURCE}, {SOURCE.topic})

    assert (fetcher._records, result._partition_records, source._records_iterator) == ({}, None, None)


async def test_partitions_without_room_keep_their_records() -> None:
    fetcher, _ = fetched(encoded(0, 4))

    assert take_fetched(fetcher, {TopicPartition("other", 0)}, {SOURCE.topic}) == {}
    assert SOURCE in fetcher._records


async def test_an_unknown_version_takes_the_public_path(monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher, _ = fetched(encoded(0, 4))
    assert can_take_in_bulk(fetcher)

    monkeypatch.setattr("aiokafka.__version__", "0.15.0")
    assert not can_take_in_bulk(fetcher)


async def test_the_builder_writes_what_the_parser_reads() -> None:
    assert DefaultRecordBatch(encoded(90, 2)).base_offset == 90
