"""The timeline: newest revision per anomaly, bounded, the same whatever is delivered again or in another order."""

import random
from datetime import timedelta

import pytest

from stream_app.console.anomalies import AnomalyList, Filter, Place
from stream_app.console.curves import HOUR_MS, Curves
from stream_app.console.decode import Anomaly, Curve, Reading, Subject
from stream_app.console.timeline import Timeline
from tests.builders.anomalies import EVENING, anomaly_data, decoded, past_anomalies, sample_anomalies

SHOP = Curve("usage_intensity", Subject("shop", "cqshop"))


def anomaly(**changes: object) -> Anomaly:
    return decoded(anomaly_data(**changes))


def reading(start: int, actual: float = 40.0, at: int = 0) -> Reading:
    return Reading(start, start + 60_000, actual, 42.0, 20.0, 60.0, 0.1, at)


def kept(anomalies: AnomalyList) -> list[tuple[str, int]]:
    return [(a.event.anomaly_id, a.event.revision) for a in anomalies.select(Filter())]


def test_a_newer_revision_replaces_the_older() -> None:
    anomalies = AnomalyList()
    anomalies.put(anomaly(revision=1))

    changed = anomalies.put(anomaly(revision=2, status="resolved"))

    assert changed
    assert not anomalies.open()
    assert [a.event.status for a in anomalies.select(Filter())] == ["resolved"]


@pytest.mark.parametrize("revision", [1, 2], ids=["older", "same"])
def test_a_redelivered_or_older_revision_changes_nothing(revision: int) -> None:
    anomalies = AnomalyList()
    anomalies.put(anomaly(revision=2, status="updated"))
    before = anomalies.version

    changed = anomalies.put(anomaly(revision=revision, summary="told again"))

    assert not changed
    assert anomalies.version == before
    assert "told again" not in [a.event.summary for a in anomalies.open()]


def test_any_order_of_delivery_with_repeats_ends_in_the_same_anomalies() -> None:
    records = [decoded(data) for data in sample_anomalies()]
    expected, shuffled = AnomalyList(), AnomalyList()
    for record in records:
        expected.put(record)

    mixed = records * 3
    random.Random(1).shuffle(mixed)
    for record in mixed:
        shuffled.put(record)

    assert kept(shuffled) == kept(expected)
    assert shuffled.open() == expected.open()


def test_the_life_of_an_anomaly_is_remembered() -> None:
    anomalies = AnomalyList()
    for revision, score in ((1, 1.1), (2, 1.9), (2, 1.9), (3, 2.4)):
        anomalies.put(anomaly(revision=revision, score=score))

    case = anomalies.get(anomaly().event.anomaly_id)

    assert case is not None
    assert [(step.revision, step.score) for step in case.steps] == [(1, 1.1), (2, 1.9), (3, 2.4)]


def test_past_anomalies_make_room_before_open_ones() -> None:
    anomalies = AnomalyList(limit=10)
    anomalies.put(anomaly(start=EVENING - timedelta(days=30)))
    for data in past_anomalies(200, EVENING):
        anomalies.put(decoded(data))

    assert len(anomalies) == 10
    assert [a.event.anomaly_id for a in anomalies.open()] == [anomaly().event.anomaly_id]
    assert anomalies.evicted == 191


def test_a_past_anomaly_without_room_changes_nothing_when_it_is_read_again() -> None:
    anomalies = AnomalyList(limit=10)
    records = [decoded(data) for data in past_anomalies(20, EVENING)]
    for record in records:
        anomalies.put(record)
    before = anomalies.version, kept(anomalies)

    for record in records:
        anomalies.put(record)

    assert (anomalies.version, kept(anomalies)) == before


def test_pages_of_a_growing_list_neither_repeat_nor_skip() -> None:
    anomalies = AnomalyList()
    for data in past_anomalies(25, EVENING):
        anomalies.put(decoded(data))
    whole = [a.event.anomaly_id for a in anomalies.select(Filter())]

    first = list(anomalies.select(Filter()))[:10]
    anomalies.put(anomaly(start=EVENING + timedelta(hours=1)))
    rest = anomalies.select(Filter(), Place(first[-1].start, first[-1].event.anomaly_id))

    assert [a.event.anomaly_id for a in first] + [a.event.anomaly_id for a in rest] == whole


def test_critical_anomalies_come_first_among_the_open() -> None:
    anomalies = AnomalyList()
    for data in sample_anomalies():
        anomalies.put(decoded(data))

    assert [a.event.severity for a in anomalies.open()] == ["critical", "critical", "warning", "warning"]


def test_readings_are_kept_in_order_of_time_however_they_arrive() -> None:
    curves = Curves()
    for start in (180_000, 0, 120_000, 60_000, 0):
        curves.put(SHOP, reading(start))

    assert [r.start for r in curves.between(SHOP, 0, 180_001)] == [0, 60_000, 120_000, 180_000]


def test_a_reading_told_later_corrects_the_earlier_and_not_the_other_way_round() -> None:
    curves = Curves()
    curves.put(SHOP, reading(0, actual=40.0, at=5))

    assert curves.put(SHOP, reading(0, actual=41.0, at=6))
    assert not curves.put(SHOP, reading(0, actual=12.0, at=4))
    assert [r.actual for r in curves.between(SHOP, 0, 1)] == [41.0]


def test_readings_beyond_the_horizon_are_forgotten() -> None:
    curves = Curves(horizon_ms=HOUR_MS)
    for minute in range(180):
        curves.put(SHOP, reading(minute * 60_000))

    assert next(r.start for r in curves.between(SHOP, 0, 200 * 60_000)) == 120 * 60_000
    assert not curves.put(SHOP, reading(0))


def test_series_beyond_the_limit_are_refused_and_counted() -> None:
    curves = Curves(series_limit=3)
    for number in range(5):
        curves.put(Curve("usage_intensity", Subject("event_type", f"Event{number}")), reading(0))

    assert len(curves) == 3
    assert curves.refused == 2


def test_an_anomaly_is_marked_on_the_curve_of_its_entity_until_it_ends() -> None:
    timeline = Timeline()
    timeline.anomalies.put(anomaly(entity=("shop", "cqshop"), start=EVENING, minutes=5, status="resolved", revision=2))
    at = int(EVENING.timestamp() * 1000)

    assert timeline.marks(SHOP.subject, at, at + HOUR_MS)
    assert not timeline.marks(SHOP.subject, at + 6 * 60_000, at + HOUR_MS)
    assert not timeline.marks(Subject("service", "cart-service"), at, at + HOUR_MS)


def test_a_volume_anomaly_finds_its_readings_and_a_product_has_none() -> None:
    timeline = Timeline()
    start = int(EVENING.timestamp() * 1000)
    for minute in range(-30, 30):
        timeline.curves.put(SHOP._replace(scenario="daily_workload"), reading(start + minute * 60_000))
    volume = anomaly(entity=("shop", "cqshop"), scenario="daily_workload", start=EVENING)

    found = timeline.around(volume, before_ms=600_000, after_ms=0)

    assert found is not None
    assert found[0].scenario == "daily_workload"
    assert found[1][0].start == start - 600_000
    assert timeline.around(anomaly(), 0, 0) is None
