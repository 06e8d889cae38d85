"""The order in which a table's changes are produced."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiokafka.errors import KafkaTimeoutError

from stream_app.batching import BatchTable, batch_app, table
from stream_app.batching.produce import Outgoing


class Changelog:
    """Takes what is produced, or refuses it."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes | None, bytes | None]] = []
        self.is_away = False
        self.is_asked = asyncio.Event()

    async def send_many(self, app: object, topic: str, partition: int, records: Iterable[Outgoing]) -> int:
        self.is_asked.set()
        await asyncio.sleep(0)
        if self.is_away:
            raise KafkaTimeoutError
        self.records += [(key, value) for key, value, _ in records]
        return len(self.records) - 1


@pytest.fixture
def changelog(monkeypatch: pytest.MonkeyPatch) -> Changelog:
    held = Changelog()
    monkeypatch.setattr(table, "send_many", held.send_many)
    return held


@pytest.fixture
def states(tmp_path: Path) -> BatchTable:
    app = batch_app("orders", broker="batchkafka://127.0.0.1:1", datadir=str(tmp_path), store="memory://")
    held = BatchTable(app, "states", partitions=1)
    held._owned = {0}
    return held


async def test_what_was_put_last_is_produced_last(states: BatchTable, changelog: Changelog) -> None:
    """INVARIANT: a head that is written behind its chunks is produced behind them, however often both change.

    Else a crash in the middle leaves a head whose chunks are not there.
    """
    for number in (b"1", b"2"):
        states.put(0, b"chunk" + number, number)
        states.put(0, b"head", number)

    await states.flush()

    assert changelog.records == [(b"chunk1", b"1"), (b"chunk2", b"2"), (b"head", b"2")]


async def test_the_order_outlives_a_flush_that_failed(states: BatchTable, changelog: Changelog) -> None:
    changelog.is_away = True
    states.put(0, b"chunk1", b"1")
    states.put(0, b"head", b"1")
    with pytest.raises(KafkaTimeoutError):
        await states.flush()

    changelog.is_away = False
    states.put(0, b"chunk2", b"2")
    states.put(0, b"head", b"2")
    await states.flush()

    assert [key for key, _ in changelog.records] == [b"chunk1", b"chunk2", b"head"]


async def test_it_is_flushed_when_the_changelog_has_everything(states: BatchTable, changelog: Changelog) -> None:
    assert states.is_flushed(0)
    states.put(0, b"head", b"1")
    assert not states.is_flushed(0)

    changelog.is_away = True
    with pytest.raises(KafkaTimeoutError):
        await states.flush()
    assert not states.is_flushed(0)

    changelog.is_away = False
    changelog.is_asked.clear()
    flushing = asyncio.create_task(states.flush())
    await changelog.is_asked.wait()
    assert not states.is_flushed(0)  # under way, not acknowledged
    await flushing
    assert states.is_flushed(0)
