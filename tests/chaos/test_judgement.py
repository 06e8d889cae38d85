"""The chaos' own judge: what it must find, and what it must let pass."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.facts import EntityKind, Facts, facts
from tests.chaos import anomalies
from tests.chaos.anomalies import Published
from tests.chaos.counts import Counting, differences


def seen(times: Sequence[int]) -> Facts:
    size = len(times)
    ids = np.array([f"e{time}" for time in times], object)
    offsets = np.arange(size)
    time = np.array(times, np.int64)
    return facts(EntityKind.USER, np.full(size, 7), time, 60_000, 1, amount=2, offset=offsets, event_id=ids)


def counted(*parts: Facts) -> np.ndarray:
    counting = Counting()
    for part in parts:
        counting.add(part)
    return counting.total()


def anomaly(revision: int, status: str = "opened", event: str = "", **more: object) -> Published:
    data = {
        "anomalyId": "a",
        "revision": revision,
        "status": status,
        "scenario": "price_exploit",
        "entity": {"kind": "product", "id": "7"},
        "severity": "warning",
        "score": 1.5,
        "direction": "high",
        "window": {"start": "2026-03-25T17:00:00.000Z", "end": "2026-03-25T17:01:00.000Z"},
        "detectedAt": "2026-03-25T17:01:00.000Z",
    }
    return Published(event or f"e{revision}", data | more)


def test_counters_are_equal_however_the_facts_came() -> None:
    whole = counted(seen([0, 1, 60_000]))

    assert differences("stem", whole, counted(seen([60_000]), seen([1]), seen([0]))) == []


@pytest.mark.parametrize(("times", "said"), [([0], "1 facts are lost and 0 "), ([0, 1, 1], "0 facts are lost and 1 ")])
def test_what_is_lost_or_counted_twice_is_named(times: Sequence[int], said: str) -> None:
    head, line = differences("stem", counted(seen([0, 1])), counted(seen(times)))

    assert said in head
    assert "user/7 at 1970-01-01 00:00:00" in line


def test_an_identical_redelivery_is_no_fault() -> None:
    again = anomaly(1, detectedAt="2026-03-25T17:05:00.000Z")

    assert anomalies.repeated([anomaly(1), again, anomaly(2, "resolved")]) == []


@pytest.mark.parametrize(
    "again", [anomaly(1, event="other"), anomaly(1, score=2.0), anomaly(2, "opened")], ids=["id", "content", "reopened"]
)
def test_what_is_told_twice_otherwise_is_a_fault(again: Published) -> None:
    assert anomalies.repeated([anomaly(1), again]) != []


def test_anomalies_that_only_one_side_knows_or_that_end_otherwise_are_named() -> None:
    one, other = anomaly(1).data, anomaly(1, status="resolved").data

    assert anomalies.differences({"a": one}, {}) == ["not told: price_exploit product/7 2026-03-25T17:00:00.000Z (a)"]
    assert anomalies.differences({}, {"a": one})[0].startswith("told without the replay")
    assert "status: 'opened' and 'resolved'" in anomalies.differences({"a": one}, {"a": other})[0]
