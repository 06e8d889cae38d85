"""An evening with all its trouble, judged at its end. Next after the tests that look at it while it goes on."""

import json

import pytest

from tests.e2e.local_run import SECONDS, START_SECONDS, STOP_SECONDS, LocalRun

pytestmark = [pytest.mark.connected, pytest.mark.slow]


def test_all_four_anomalies_are_reported_and_nothing_is_left_running(demonstration: LocalRun) -> None:
    """INVARIANT: the promise of the README. A newcomer sees all four, in time, without a second false alarm."""
    run = demonstration

    status = run.process.wait(START_SECONDS + SECONDS + STOP_SECONDS)

    summary = json.loads((run.folder / "summary.json").read_text())
    assert summary["faults"] == [], run.output
    assert status == 0
    assert {each["scenario"] for each in summary["incidents"] if each["in_time"]} == {
        "price_exploit",
        "stock_exhaustion",
        "usage_intensity",
        "daily_workload",
    }
    assert len(summary["false"]) <= 1
    assert summary["events"] > SECONDS * 20
    assert 3 <= summary["told"]["incidents"] <= summary["told"]["messages"], run.output
    assert run.left_behind() == []
