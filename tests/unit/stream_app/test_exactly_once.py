"""Each event is counted once and told once, whatever fails in between and whoever reads it again."""

from itertools import pairwise

import msgspec
import pytest

from models.clock import WallClock
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.counting import Counting, Reading
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice
from tests.builders.messages import added, ms
from tests.builders.stages import STEM, BrokenSender, Stages


@pytest.mark.parametrize("arrived", ["12:00:39", "15:00:00"], ids=["at once", "late"])
async def test_one_clock_that_runs_ahead_does_not_move_the_log_s_time(arrived: str) -> None:
    stages = Stages()
    await stages.take(added(7, 3, 1, 1.0, "12:00:39"))

    ahead = Slice("cart-events", 0, [added(7, 3, 1, 1.0, "14:00:00")], [1], True, [ms(arrived)])
    await stages.counting.take(ahead)
    await stages.judge()

    assert stages.judging.detector.watermark.sources["cart-events/0"].seen_until == ms("12:00:39")


async def test_an_event_ahead_of_its_time_that_is_read_again_later_is_counted_once() -> None:
    """INVARIANT: in which bucket an event counts depends on its record alone.

    Held against the reader's clock it would count once where it was read first, and again where it was read next.
    """
    stages = Stages()
    written = ms("12:00:00")

    for seconds in (1, 400):
        clock = WallClock(lambda seconds=seconds: written / 1000 + seconds)
        stages.counting = Counting([stages.scenario], clock, stages.broker, stages.metrics)
        await stages.counting.take(Slice("cart-events", 0, [added(7, 3, 60, 1.0, "14:00:00")], [0], True, [written]))
        await stages.judge()

    assert stages.judging.detector.memory.pieces == {7: 60}


async def test_an_event_that_was_written_twice_is_counted_once_whoever_reads_it_again() -> None:
    """INVARIANT: a producer that tries again after it has succeeded adds nothing, before or after a crash."""
    stages = Stages()
    one, other = added(7, 3, 60, 1.0, "12:00:00"), added(7, 3, 60, 1.0, "12:00:00")

    await stages.take(one, one)
    await stages.take(one, other, first=2)
    assert stages.judging.detector.memory.pieces == {7: 120}
    assert stages.count("monitor_skipped_total", reason="written_twice") == 2

    stages.counting.forget(["cart-events/0"])
    await stages.take(one, one, one, other, one)
    assert stages.judging.detector.memory.pieces == {7: 120}


async def test_a_position_is_not_told_before_what_was_counted_up_to_it() -> None:
    """INVARIANT: the watermark never passes facts that are still on their way.

    Else minutes would be judged without them whenever a broker refuses a report but takes the next heartbeat.
    """
    stages = Stages(BrokenSender(failures=1))
    record = added(7, 3, 1, 1.0, "12:00:00")
    with pytest.raises(ConnectionError):
        await stages.take(record)

    await stages.counting.beat([Reading("cart-events/0", caught_up=False)])
    assert stages.broker.sent == []

    await stages.take(record)
    assert stages.judging.detector.memory.pieces == {7: 1}


async def judged(*cuts: int) -> list[tuple[str, dict]]:
    """Id and data of what is published when twelve reports come in batches that end at these places."""
    stages = Stages()
    for number in range(12):
        await stages.counting.take(
            Slice("cart-events", 0, [added(7, 3, 40, 1.0, f"12:{number:02}:00")], [number], True, [0])
        )
    reports = stages.broker.values(aggregates_topic(STEM))
    for first, last in pairwise([0, *cuts, len(reports)]):
        await stages.judging.take(reports[first:last], range(first, last), fetched_at=1_000.0)
    events = map(msgspec.json.decode, stages.broker.values(ANOMALY_TOPIC))
    return [(event["id"], event["data"]) for event in events]


@pytest.mark.parametrize("cuts", [(), (1, 2, 3), (5,), tuple(range(1, 12))], ids=str)
async def test_what_is_told_does_not_depend_on_how_reports_are_batched(cuts: tuple[int, ...]) -> None:
    """INVARIANT: after a crash the same reports, batched otherwise, are told with the same ids and the same content.

    Whoever looks at ids would else keep what the first life said, and miss what the second one means.
    """
    assert await judged(*cuts) == await judged(4, 8) != []
