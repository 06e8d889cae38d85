"""Anomalies on a curve: each tinted for as long as it lasted, no two names in one place."""

from datetime import timedelta
from typing import Any

import pytest

from stream_app.console.decode import Anomaly
from stream_app.console.marks import LANES, areas
from tests.builders.anomalies import EVENING, anomaly_data, decoded

END = int(EVENING.timestamp() * 1000)
HOUR = 3_600_000
START = END - 3 * HOUR


def marked(minutes_ago: float, minutes: float, stem: str = "usage_intensity", status: str = "resolved") -> Anomaly:
    start = EVENING - timedelta(minutes=minutes_ago)
    return decoded(anomaly_data(scenario=stem, start=start, minutes=minutes, status=status))


def drawn(*marks: Anomaly) -> list[dict[str, Any]]:
    """What is drawn where each area begins."""
    return [begin for begin, _ in areas(marks, START, END)]


def test_names_of_anomalies_that_overlap_stand_below_each_other() -> None:
    one, other = drawn(marked(100, 12, "daily_workload"), marked(98, 10))

    assert (one["name"], other["name"]) == ("Daily workload", "Usage intensity")
    assert one["label"]["offset"] != other["label"]["offset"]


def test_names_far_apart_share_a_lane() -> None:
    one, other = drawn(marked(170, 5), marked(90, 5))

    assert one["label"]["offset"] == other["label"]["offset"] == [0, 0]


def test_a_name_at_the_end_of_the_curve_stands_to_the_left() -> None:
    (last,) = drawn(marked(10, 9))

    assert last["label"]["position"] == "insideTopRight"


def test_what_began_before_the_curve_is_tinted_from_its_begin() -> None:
    ((begin, until),) = areas([marked(200, 30)], START, END)

    assert (begin["xAxis"], until["xAxis"]) == (START, START + 10 * 60_000)


@pytest.mark.parametrize("count", [LANES, LANES + 3])
def test_names_do_not_fill_the_whole_curve(count: int) -> None:
    shown = [begin["label"]["show"] for begin in drawn(*(marked(100, 5) for _ in range(count)))]

    assert sum(shown) == LANES
    assert len(shown) == count
