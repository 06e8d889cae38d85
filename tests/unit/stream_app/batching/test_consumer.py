import asyncio
import time
from pathlib import Path

import faust
import pytest
from faust.exceptions import ImproperlyConfigured
from faust.types import TP

from stream_app.batching import batch_topic, positions, register
from stream_app.batching.fetching import MOST_AHEAD_MS
from stream_app.batching.thread import Reach
from stream_app.batching.transport import Transport
from tests.unit.stream_app.batching.inproc import SOURCE, Parts


async def fetch(parts: Parts) -> None:
    await parts.consumer._fetch_and_deliver(frozenset({SOURCE}))


async def test_a_fetch_is_cut_into_slices_in_order(tmp_path: Path) -> None:
    parts = Parts(tmp_path, slice_records=3)
    await parts.settle()
    parts.client.values = [b"%d" % i for i in range(7)]

    await fetch(parts)

    batches = [parts.channel.queue.get_nowait().value for _ in range(parts.channel.queue.qsize())]
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert [value for batch in batches for value in batch.values()] == [b"%d" % i for i in range(7)]


async def test_offsets_of_a_failed_commit_are_committed_by_the_next(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    delivery = parts.deliver(b"a", b"b").delivery
    assert delivery is not None
    parts.consumer.ledger.finish(delivery)

    parts.client.commit_succeeds = False
    assert not await parts.consumer.commit()
    parts.client.commit_succeeds = True
    assert await parts.consumer.commit()
    assert not await parts.consumer.commit()  # nothing is left

    assert parts.client.committed == [{SOURCE: 2}]


async def test_a_fetch_begun_under_an_older_assignment_is_dropped(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    parts.client.values = [b"stale"]
    parts.client.during_fetch = lambda: parts.consumer.on_partitions_revoked({SOURCE})

    await fetch(parts)

    assert parts.channel.queue.empty()
    assert parts.consumer.ledger.partitions() == set()


async def test_a_fetch_that_waited_for_a_seek_is_delivered(tmp_path: Path) -> None:
    """INVARIANT: only records that a later seek brings back may be dropped. Without it a rebalance loses records."""
    parts = Parts(tmp_path)
    await parts.settle()
    parts.client.values = [b"after the seek"]

    async with parts.consumer._fetching:
        waiting = asyncio.create_task(fetch(parts))
        await asyncio.sleep(0)
        parts.consumer._era += 1  # what a seek does while it holds the lock
    await waiting

    assert parts.channel.queue.get_nowait().value.values() == [b"after the seek"]


async def test_source_partitions_rest_until_a_rebalance_has_settled(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    assert parts.consumer._fetchable() == {SOURCE}

    await parts.consumer.on_partitions_revoked({SOURCE})
    parts.consumer.resume_partitions({SOURCE})
    parts.consumer.resume_flow()  # recovery does this for changelogs, long before the seek
    assert parts.consumer._fetchable() == frozenset()

    await parts.consumer.perform_seek()
    parts.consumer.resume_flow()
    assert parts.consumer._fetchable() == {SOURCE}


async def test_nobody_is_asked_where_to_begin_when_another_rebalance_came_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: what left meanwhile is not looked for, and nothing is read until the seek that follows."""
    asked: list[TP] = []
    parts = Parts(tmp_path, start_from=lambda tp, _: asked.append(tp) or 0)
    await parts.settle()
    asked.clear()

    async def revoked_meanwhile() -> dict[TP, int | None]:
        await parts.consumer.on_partitions_revoked({SOURCE})
        return {SOURCE: 0}

    monkeypatch.setattr(parts.client, "seek_to_committed", revoked_meanwhile)
    await parts.consumer.perform_seek()
    parts.consumer.resume_flow()

    assert not asked
    assert parts.consumer._fetchable() == frozenset()


async def test_a_partition_far_ahead_in_time_waits_for_the_slowest(tmp_path: Path) -> None:
    """INVARIANT: partitions catch up side by side. Without it effects are judged hours before their causes are read."""
    parts = Parts(tmp_path)
    await parts.settle()
    ahead, written = TP(SOURCE.topic, 1), 1_700_000_000_000
    parts.conductor._tp_index[ahead].add(parts.channel)
    parts.consumer._set_active_tps({SOURCE, ahead})
    parts.consumer._written = {SOURCE: written, ahead: written + MOST_AHEAD_MS + 1}
    parts.consumer.reach = {SOURCE: Reach(3, 9, 0.0), ahead: Reach(5, 9, 0.0)}
    assert parts.consumer._fetchable() == {SOURCE}

    parts.consumer.reach[SOURCE] = Reach(9, 9, 0.0)  # read to its end

    assert parts.consumer._fetchable() == {SOURCE, ahead}


async def test_a_revoked_partition_is_finished_and_committed_first(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    message = parts.deliver(b"in hand")
    message.incref(0)
    parts.consumer.track_message(message)

    async def finish() -> None:
        await asyncio.sleep(0.05)
        message.ack(parts.consumer)

    agent = asyncio.create_task(finish())
    await parts.consumer.on_partitions_revoked({SOURCE})
    await agent

    assert parts.client.committed == [{SOURCE: 1}]


async def test_a_hanging_batch_does_not_hold_a_rebalance_up_and_its_late_end_counts_for_nothing(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    message = parts.deliver(b"hangs")
    parts.consumer.track_message(message)

    started = time.monotonic()
    await parts.consumer.on_partitions_revoked({SOURCE})
    assert time.monotonic() - started < parts.app.conf.broker_session_timeout

    assert not message.ack(parts.consumer)
    assert parts.consumer.ledger.committable() == {}
    assert parts.client.committed == []


async def test_room_in_a_queue_wakes_the_fetch_at_once(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    parts.consumer.on_buffer_full(SOURCE)
    assert parts.consumer._fetchable() == frozenset()

    async with asyncio.timeout(0.1):
        waiting = asyncio.create_task(parts.consumer._wait_for_room())
        await asyncio.sleep(0)
        parts.consumer.on_buffer_drop(SOURCE)
        await waiting
    assert parts.consumer._fetchable() == {SOURCE}
    await asyncio.sleep(0)
    assert parts.client.wakes == 1


async def test_what_has_no_room_waits_in_order_and_its_partition_is_not_fetched(tmp_path: Path) -> None:
    parts = Parts(tmp_path, slice_records=1, maxsize=2)
    await parts.settle()
    parts.client.values = [b"%d" % i for i in range(5)]
    await fetch(parts)

    assert parts.channel.queue.qsize() == 2
    assert parts.consumer._fetchable() == frozenset()

    got = []
    for _ in range(5):
        got += (await parts.channel.queue.get()).value.values()
        parts.consumer._deliver_backlog()
    assert got == [b"%d" % i for i in range(5)]
    assert parts.consumer._backlog == {}


async def test_a_rebalance_drops_what_waits(tmp_path: Path) -> None:
    parts = Parts(tmp_path, slice_records=1, maxsize=2)
    await parts.settle()
    parts.client.values = [b"%d" % i for i in range(5)]
    await fetch(parts)

    await parts.consumer.on_partitions_revoked({SOURCE})

    assert parts.consumer._backlog == {}
    assert parts.channel.queue.empty()


async def test_an_idle_partition_is_known_to_be_caught_up(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    assert positions(parts.app) == {}

    parts.client.values = [b"a"]
    await fetch(parts)
    busy = positions(parts.app)[SOURCE]
    assert (busy.processed_through, busy.high_watermark, busy.is_caught_up) == (0, 1, False)

    delivery = parts.channel.queue.get_nowait().message.delivery
    parts.consumer.ledger.finish(delivery)
    await fetch(parts)
    idle = positions(parts.app)[SOURCE]
    assert (idle.processed_through, idle.polled_at, idle.is_caught_up) == (1, 1_700_000_000.0, True)


async def test_a_start_before_the_committed_offset_does_not_move_it_back(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    await parts.settle()
    parts.consumer._committed_offset[SOURCE] = 100
    for first, committed in ((90, []), (95, [{SOURCE: 105}])):
        delivery = parts.deliver(*[b"x"] * (5 if first == 90 else 10), first=first).delivery
        assert delivery is not None
        parts.consumer.ledger.finish(delivery)
        await parts.consumer.commit()
        assert parts.client.committed == committed


async def test_a_topic_cannot_be_read_both_ways(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.conductor.add(parts.app.topic(SOURCE.topic))

    with pytest.raises(ImproperlyConfigured, match=SOURCE.topic):
        parts.conductor.batch_topics()


async def test_the_scheme_gives_the_transport_without_an_installed_package() -> None:
    register()

    app = faust.App("plain", broker="batchkafka://127.0.0.1:1")

    assert isinstance(app.transport, Transport)
    with pytest.raises(ImproperlyConfigured, match="batch_app"):
        aiter(batch_topic(app, "cart-events"))


async def test_every_partition_has_one_pressure_callback(tmp_path: Path) -> None:
    parts = Parts(tmp_path)

    assert parts.conductor._on_buffer_drop(SOURCE) is parts.conductor._on_buffer_drop(TP(*SOURCE))
