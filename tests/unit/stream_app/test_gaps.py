"""What the first stage tells when there is much to tell, when records are gone, and when a topic is another one."""

from models.report import decode
from stream_app.report_records import MOST_ROWS
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice
from tests.builders.messages import added, ms
from tests.builders.stages import STEM, Stages


async def test_many_facts_are_told_in_reports_that_fit_into_a_record() -> None:
    """INVARIANT: no batch is too large to be reported: the broker would refuse it for ever."""
    stages = Stages()
    values = [added(product, 3, 1, 1.0, "12:00:00") for product in range(2 * MOST_ROWS + 1)]

    await stages.counting.take(Slice("cart-events", 0, values, range(len(values)), True))

    reports = [report for value in stages.broker.values(aggregates_topic(STEM)) for report in decode(value)]
    assert [len(report.facts) for report in reports] == [MOST_ROWS, MOST_ROWS, 1]
    assert [report.caught_up for report in reports] == [False, False, True]
    assert [report.seen_until for report in reports] == [0, 0, ms("12:00:00")]  # nobody judges in between
    await stages.judge()
    assert stages.judging.detector.memory.pieces == dict.fromkeys(range(len(values)), 1)


async def test_up_to_the_first_record_after_a_gap_silence_is_not_known_to_be_silence() -> None:
    stages = Stages()
    stages.counting.miss("cart-events/0")

    await stages.take(added(7, 3, 1, 1.0, "12:00:00"), first=90)
    await stages.take(added(7, 3, 1, 1.0, "12:05:00"), first=91)

    reports = [report for value in stages.broker.values(aggregates_topic(STEM)) for report in decode(value)]
    assert {report.blind_until for report in reports} == {ms("12:00:00")}


async def test_a_topic_created_anew_is_counted_and_told_once() -> None:
    stages = Stages()
    for log in ("first", "second"):
        stages.counting.logs["cart-events"] = log
        stages.counting.forget(["cart-events/0"])
        await stages.take(added(7, 3, 20, 1.0, "12:00:00"), added(7, 4, 5, 1.0, "12:00:01"))
        await stages.take(added(7, 5, 1, 1.0, "12:00:02"), first=2)

    assert stages.judging.detector.memory.pieces == {7: 52}
    assert stages.count("monitor_log_changes_total", scenario=STEM, topic="cart-events") == 1
