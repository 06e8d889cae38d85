"""What is read or sent again counts once: after a failed send, a rebalance, a clock that ran ahead."""

from contextlib import suppress

import pytest

from models.clock import WallClock
from models.report import SEGMENT
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.counting import Counting
from stream_app.turn import Slice
from tests.builders.messages import added, ms
from tests.builders.stages import BrokenSender, Stages


async def test_a_batch_that_is_read_again_counts_once() -> None:
    stages = Stages()
    batch = (added(7, 3, 60, 1.0, "12:00:00"), added(7, 4, 30, 1.0, "12:00:01"))
    await stages.take(*batch)

    stages.counting.forget(["cart-events/0"])  # what a rebalance does before the segment is read again
    await stages.take(*batch)
    await stages.take(added(7, 5, 5, 1.0, "12:00:02"), first=2)

    assert stages.judging.detector.memory.pieces == {7: 95}
    assert stages.anomalies() == []


async def test_a_failed_send_is_repeated_with_its_batch_and_counts_once() -> None:
    """INVARIANT: nothing is lost and nothing counted twice when the broker refuses a send.

    The stream gives the same batch again; without the kept records its reports would be lost: it was counted already.
    """
    stages = Stages(BrokenSender(failures=1))
    record = added(7, 3, 120, 1.0, "12:00:00")

    with pytest.raises(ConnectionError):
        await stages.take(record)
    await stages.take(record)

    assert stages.judging.detector.memory.pieces == {7: 120}
    assert stages.count("monitor_skipped_total", reason="written_twice") == 0
    assert len(stages.anomalies()) == 1


async def test_a_batch_over_the_end_of_a_segment_whose_send_failed_counts_once() -> None:
    """INVARIANT: the counters of the new segment survive that the part of the old one is tried again before them."""
    stages = Stages(BrokenSender(failures=1))
    batch = [added(7, 3, 10, 1.0, "12:00:00"), added(7, 3, 20, 1.0, "12:00:01")]

    for _ in range(2):
        with suppress(ConnectionError):
            await stages.take(*batch, first=SEGMENT - 1)
    await stages.take(added(7, 3, 40, 1.0, "12:00:02"), first=SEGMENT + 1)

    assert stages.judging.detector.memory.pieces == {7: 70}


async def test_an_anomaly_whose_publication_failed_is_published_with_the_next_try() -> None:
    stages = Stages()
    await stages.counting.take(Slice("cart-events", 0, [added(7, 3, 120, 1.0, "12:00:00")], [0], True))
    stages.judging.sender = broken = BrokenSender(failures=1)

    with pytest.raises(ConnectionError):
        await stages.judge()
    await stages.judge()

    assert len(broken.values(ANOMALY_TOPIC)) == 1


async def test_an_event_of_a_clock_that_runs_ahead_counts_once_whenever_it_is_read_again() -> None:
    """INVARIANT: what is read again after a crash counts in the same minute, and so not again."""
    stages, now = Stages(), ms("12:00:00")
    stages.counting = Counting([stages.scenario], WallClock(lambda: now / 1000), stages.broker, stages.metrics)
    ahead = Slice("cart-events", 0, [added(7, 3, 40, 1.0, "12:30:00")], [0], True, [now])

    for minutes in (0, 10):
        now += minutes * 60_000
        stages.counting.forget(["cart-events/0"])
        await stages.counting.take(ahead)
        await stages.judge()

    assert stages.judging.detector.memory.pieces == {7: 40}
