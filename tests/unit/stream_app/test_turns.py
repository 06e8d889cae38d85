"""Batches that are counted together, and what is kept of them while the broker refuses."""

import msgspec
import pytest

from models.report import SEGMENT, Report, decode
from shop_services.contracts.topics import DEAD_LETTER_TOPIC
from stream_app.report_records import MOST_ROWS
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice
from tests.builders.messages import added, ms
from tests.builders.stages import STEM, BrokenSender, Stages


async def test_batches_of_several_sources_are_counted_together_as_one_by_one() -> None:
    """INVARIANT: how batches fall into turns changes no report."""
    late = (ms("12:30:00"),)
    turn = [
        Slice("cart-events", 0, [added(7, 3, 60, 1.0, "12:00:00"), b"no message"], [0, 1], True),
        Slice("cart-events", 1, [added(7, 4, 5, 1.0, "12:00:01"), added(8, 4, 9, 1.0, "12:00:02")], [70, 74], False),
        Slice("cart-events", 0, [added(7, 3, 10, 1.0, "12:00:03")], [2], True, late),
        Slice("cart-events", 1, [added(8, 4, 9, 1.0, "12:00:02")], [74], False),  # once more
        Slice("cart-events", 2, [b"{}"], [SEGMENT + 1], True),
        Slice("cart-events", 2, [added(9, 4, 1, 1.0, "12:00:02")] * 3, [2 * SEGMENT + n for n in (-1, 0, 1)], True),
    ]
    together, one_by_one = Stages(), Stages()
    for stages in (together, one_by_one):
        stages.counting.miss("cart-events/1")

    await together.counting.take(*turn)
    for part in turn:
        await one_by_one.counting.take(part)

    topic = aggregates_topic(STEM)
    told = [
        [report for value in stages.broker.values(topic) for report in decode(value)]
        for stages in (together, one_by_one)
    ]
    assert [_as_text(report) for report in told[0] if len(report.facts)] == [
        _as_text(report) for report in told[1] if len(report.facts)
    ]
    letters = [stages.broker.values(DEAD_LETTER_TOPIC) for stages in (together, one_by_one)]
    assert letters[0] == letters[1]
    assert len(letters[0]) == 2


def _as_text(report: Report) -> str:
    """All but `blind_until`: of a gap that ends in a turn, all its reports may tell."""
    said = (report.source, report.segment, report.last_offset, report.seen_until, report.caught_up, report.clock)
    return str([said, *report.facts.packed()])


async def test_what_waits_for_a_broker_that_is_away_does_not_grow_with_every_try() -> None:
    """INVARIANT: an outage of any length costs the memory of one turn."""
    record = added(7, 3, 120, 1.0, "12:00:00")
    at_once, at_last = Stages(), Stages(BrokenSender(failures=20))
    await at_once.take(record, b"no message")

    for _ in range(20):
        with pytest.raises(ConnectionError):
            await at_last.take(record, b"no message")
    await at_last.take(record, b"no message")

    assert [(r.topic, r.key) for r in at_last.broker.sent] == [(r.topic, r.key) for r in at_once.broker.sent]


async def test_what_could_not_be_sent_of_a_log_that_is_gone_does_not_stand_for_another_log_s() -> None:
    """INVARIANT: what is kept for another try is told only while it is what was counted last."""
    stages = Stages(BrokenSender(failures=1))
    with pytest.raises(ConnectionError):
        await stages.take(added(7, 3, 1, 1.0, "12:00:00"))

    stages.counting.forget(["cart-events/0"])
    await stages.take(added(8, 3, 2, 1.0, "12:00:00"))

    assert stages.judging.detector.memory.pieces == {8: 2}


async def test_the_reports_of_a_turn_are_one_record_unless_they_are_too_large_for_one() -> None:
    stages = Stages()
    small = [Slice("cart-events", number, [added(7, 3, 1, 1.0, "12:00:00")], [0], True) for number in range(3)]
    values = [added(product, 3, 1, 1.0, "12:00:00") for product in range(MOST_ROWS)]

    await stages.counting.take(*small)
    large = Slice("cart-events", 3, values, range(len(values)), True)
    next_one = Slice("cart-events", 0, [added(7, 3, 1, 1.0, "12:00:00")], [1], True)
    await stages.counting.take(next_one, large, small[2])

    records = [decode(value) for value in stages.broker.values(aggregates_topic(STEM))]
    assert [[len(report.facts) for report in reports] for reports in records] == [[1, 1, 1], [1], [MOST_ROWS, 0]]


def test_a_report_of_before_is_read_as_it_was() -> None:
    """As it stood on the topic when each was a record of its own."""
    columns = [bytes(8) for _ in range(10)]
    raw = msgspec.msgpack.encode(["cart-events/3", 1, 20_000, 99, True, 100, columns, ["id"], 7, "log"])

    (report,) = decode(raw)

    told = (report.source, report.segment, report.last_offset, report.seen_until, report.caught_up, report.clock)
    assert told == ("cart-events/3", 1, 20_000, 99, True, 100)
    assert (report.blind_until, report.log, report.facts.event_id.tolist()) == (7, "log", ["id"])
