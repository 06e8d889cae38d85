"""Whether a worker may be trusted, and what `/readyz` and the metrics say of detectors and their models."""

from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from models.census import Census, Newcomer
from models.clock import EventClock, WallClock
from models.decisions import Case
from models.detector import Detector
from models.entity import Entity
from models.facts import EntityKind
from models.finding import Finding
from models.spec import Warmth
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from stream_app.calendar_file import CalendarFile
from stream_app.health import DAY_MS, Health
from stream_app.judging import Judging
from stream_app.lineup import Compared, Lineup
from stream_app.loading import LoadedModel
from stream_app.metrics import Metrics
from stream_app.seat import Seat
from stream_app.sending import FakeSender
from stream_app.sight import Sight
from stream_app.snapshot_pace import SnapshotPace
from stream_app.snapshots import FakeStore, Snapshots
from tests.builders.lineups import lineup, rule
from tests.builders.sample_scenario import HundredPieces, PiecesScenario

SEVERITIES = ("info", "warning", "critical")
STEM = "stock_exhaustion"
NOW = 100 * DAY_MS


def health(models: Lineup, watermark: int = NOW) -> Health:
    """Of a worker to which the scenario is assigned."""
    metrics = Metrics(CollectorRegistry())

    def judging() -> Judging:
        detector = Detector(PiecesScenario(), models.guard, Watermark(0))
        detector.watermark.value = watermark
        return Judging(detector, models, FakeSender(), metrics, EventClock(), lambda _: Links())

    seat = Seat(judging, Snapshots(FakeStore()), SnapshotPace(5.0))
    seat.resume()
    return Health(
        {STEM: seat}, {STEM: models}, 10.0, metrics, dict, Sight(EventClock(), 10, 30), CalendarFile(None, metrics)
    )


def told(held: Health) -> dict[str, Any]:
    answer: dict[str, Any] = held.report()["scenarios"][STEM]
    return answer


def state_metric(held: Health) -> list[str]:
    value = held.metrics.registry.get_sample_value
    states = ("warming", "ready", "stale", "degraded")
    return [state for state in states if value("monitor_detector_state", {"scenario": STEM, "state": state})]


def test_a_detector_with_a_model_and_a_past_is_ready() -> None:
    held = health(lineup())

    assert told(held)["state"] == "ready"
    assert held.report()["ready"]
    assert state_metric(held) == ["ready"]


def test_a_memory_that_is_young_says_why_and_how_long() -> None:
    held = health(lineup())
    held.seats[STEM].judging.warmth = Warmth("warming", "no whole day was seen yet", 3_600.0)

    answer = told(held)

    assert (answer["state"], answer["reason"], answer["secondsLeft"]) == ("warming", "no whole day was seen yet", 3600)
    assert held.report()["ready"]


NEWCOMER = Newcomer(Entity(EntityKind.EVENT_TYPE, "OrderCreated"), "there on 0 of the 7 days", 7_200.0)


def test_newcomers_are_named_while_their_detector_is_ready() -> None:
    held = health(lineup())
    assert "entities" not in told(held)  # its memory counts none
    held.seats[STEM].judging.census = Census(38, 1, (NEWCOMER,))

    answer = told(held)

    assert answer["state"] == "ready"
    assert answer["entities"] == {
        "ready": 38,
        "warming": 1,
        "named": [
            {"entity": "event_type/OrderCreated", "reason": "there on 0 of the 7 days", "secondsLeft": 7_200.0},
        ],
    }


def test_a_newcomer_has_a_series_of_its_own_until_it_is_known() -> None:
    held = health(lineup())
    value = held.metrics.registry.get_sample_value
    labels = {"scenario": STEM, "entity": "event_type/OrderCreated"}
    held.seats[STEM].judging.census = Census(38, 1, (NEWCOMER,))
    held.report()
    assert value("monitor_entities", {"scenario": STEM, "state": "warming"}) == 1
    assert value("monitor_newcomer_seconds", labels) == 7_200

    held.seats[STEM].judging.census = Census(39, 0)
    held.report()
    assert value("monitor_entities", {"scenario": STEM, "state": "ready"}) == 39
    assert value("monitor_newcomer_seconds", labels) is None

    held.seats[STEM].drop()  # what another worker judges is told by that one
    held.report()
    assert value("monitor_entities", {"scenario": STEM, "state": "ready"}) is None


@pytest.mark.parametrize(("age", "state"), [(34, "ready"), (36, "stale")])
def test_a_model_is_stale_by_the_shops_time(age: int, state: str) -> None:
    models = lineup()
    models.serving = LoadedModel(HundredPieces(), models.serving.identity, learnt_until=NOW - age * DAY_MS)
    held = health(models)

    assert told(held)["state"] == state
    assert ("refit" in told(held)["reason"]) == (state == "stale")
    assert held.report()["ready"]


def test_a_model_whose_world_drifted_is_stale() -> None:
    models = lineup()
    held = health(models)
    models.drifting.reason = "score drifted from what was usual: refit it (python -m models refit)"

    assert (told(held)["state"], told(held)["reason"]) == ("stale", models.drifting.reason)
    assert held.metrics.registry.get_sample_value("monitor_refit_proposed", {"scenario": STEM}) == 1


def test_a_refused_promotion_is_named_while_the_last_good_model_serves() -> None:
    models = lineup()
    models.refusal = "model bundle 0002 refused: sha256 differs"
    held = health(models)

    answer = told(held)

    assert (answer["state"], answer["reason"]) == ("degraded", models.refusal)
    assert answer["model"]["version"] == "1"
    assert held.report()["ready"]


def test_a_worker_that_judges_by_a_rule_is_not_ready() -> None:
    held = health(Lineup(STEM, rule("no version is promoted"), rule))

    answer = told(held)

    assert (answer["state"], answer["reason"]) == ("degraded", "no version is promoted")
    assert answer["model"]["stage"] == "fallback"
    assert not held.report()["ready"]


def test_the_metric_names_the_model_that_serves_now_and_no_other() -> None:
    models = lineup()
    held = health(models)
    held.report()
    models.offered = LoadedModel(HundredPieces(), models.serving.identity._replace(version="2"), budget_per_week=0.5)
    models.shadow = Compared(
        LoadedModel(HundredPieces(), models.serving.identity._replace(version="3", stage="shadow"))
    )
    models.take_offer()
    held.report()

    value = held.metrics.registry.get_sample_value
    assert value("monitor_model_info", {"scenario": STEM, "version": "1", "stage": "serving"}) is None
    assert value("monitor_model_info", {"scenario": STEM, "version": "2", "stage": "serving"}) == 1
    assert value("monitor_model_info", {"scenario": STEM, "version": "3", "stage": "shadow"}) == 1
    assert value("monitor_alert_budget_per_week", {"scenario": STEM}) == 0.5
    assert value("monitor_agreement_ratio", {"scenario": STEM, "role": "shadow", "version": "3"}) == 1


def test_a_scrape_tells_the_watermark_and_open_anomalies_of_what_is_judged_here_alone() -> None:
    """Two workers must not both tell of one scenario."""
    held = health(lineup())
    value = held.metrics.registry.get_sample_value
    held.report()
    assert value("monitor_watermark_timestamp_seconds", {"scenario": STEM}) == NOW / 1000
    assert value("monitor_open_anomalies", {"scenario": STEM, "severity": "critical"}) == 0

    held.seats[STEM].drop()
    held.report()

    assert value("monitor_watermark_timestamp_seconds", {"scenario": STEM}) is None
    assert value("monitor_open_anomalies", {"scenario": STEM, "severity": "critical"}) is None


def test_open_anomalies_are_told_by_severity() -> None:
    held = health(lineup())
    detector = held.seats[STEM].judging.detector
    detector.findings = dict.fromkeys(((1, "7"), (1, "8")), Finding("many pieces", "high", 1, 9, 0, 2))
    detector.decisions.cases = {(1, "7"): Case(severity="critical"), (1, "8"): Case(severity="warning")}
    held.report()

    value = held.metrics.registry.get_sample_value
    told = {name: value("monitor_open_anomalies", {"scenario": STEM, "severity": name}) for name in SEVERITIES}
    assert told == {"info": 0, "warning": 1, "critical": 1}


def test_a_topic_that_went_to_another_worker_has_no_lag_here() -> None:
    lag = {"cart-events": 3, "order-events": 4}
    held = idle(lag, started=WALL)
    held.report()

    del lag["cart-events"]
    held.report()

    value = held.metrics.registry.get_sample_value
    assert value("monitor_consumer_lag_records", {"topic": "cart-events"}) is None
    assert value("monitor_consumer_lag_records", {"topic": "order-events"}) == 4


WALL = 1_000.0


def idle(lag: Mapping[str, int], started: float) -> Health:
    """Of a worker to which no scenario is assigned."""
    sight = Sight(WallClock(), stale_seconds=10, settle_seconds=30, wall=lambda: WALL)
    metrics = Metrics(CollectorRegistry())
    calendar = CalendarFile(None, metrics)
    return Health({}, {}, 10, metrics, lambda: lag, sight, calendar, wall=lambda: WALL, started=started)


def test_a_worker_that_only_counts_is_healthy() -> None:
    assert idle({"cart-events": 3}, started=WALL - 60).fault() == ""


def test_a_worker_without_any_work_is_not() -> None:
    assert "nothing is assigned" in idle({}, started=WALL - 60).fault()


def test_a_worker_that_has_just_started_may_wait_for_work() -> None:
    assert idle({}, started=WALL - 1).fault() == ""
