"""What a model opened that was rolled back, in the scenarios whose rows hold what the model itself expects."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.detector import Detector
from models.retraction import LOOK_MS, take_back
from models.scenarios import daily_workload, usage_intensity
from models.scenarios.daily_forecast import HORIZON, QUANTILES
from models.spec import Scenario, Scoring
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.windows import MINUTE, Watermark
from tests.unit.models.scenarios import test_daily_workload as daily
from tests.unit.models.scenarios import test_usage_intensity as usage

NOON = 12 * 60


class Optimist(daily.Evidence):
    """Forecasts more than half as much again as the ordinary week: to it every service works by half."""

    def forecast(self, history: np.ndarray) -> np.ndarray:
        return np.full((len(history), HORIZON, len(QUANTILES)), 0.5)


class Anxious(usage.Strongest):
    """Two standard deviations are its boundary."""

    def score(self, values: np.ndarray) -> np.ndarray:
        return super().score(values) * 3.0


def ready(scenario: Scenario, model: Scoring, extras: dict, log: MinuteLog, until: int) -> Detector:
    """A detector that has counted the log up to a minute and judged nothing of it."""
    detector = Detector(scenario, model, Watermark(0), extras)
    detector.memory.absorb("log/0", log.facts(log.first, log.last))
    detector.watermark.value = until * MINUTE
    detector.memory.rows(until * MINUTE)
    return detector


def go_on(detector: Detector, until: int, version: str) -> list[str]:
    """Judge minute by minute up to a minute; the statuses told."""
    told = []
    for minute in range(detector.watermark.value // MINUTE + 1, until + 1):
        detector.watermark.value = minute * MINUTE
        for change, _ in detector.judge().changes:
            detector.decisions.sign(change, version)
            told.append(change.status)
    return told


def statuses(detector: Detector, gone: Collection[str] = ("2",)) -> list[str]:
    return [change.status for change, _ in take_back(detector, set(gone), "1")]


@cache
def doubled_forecast() -> tuple[bytes, list[str]]:
    """A quiet noon as a model with a wrong forecast has it."""
    log = daily.month().cut(*daily.ORDINARY)
    detector = ready(daily_workload, Optimist(), daily.extras(), log, daily.TODAY + NOON)
    told = go_on(detector, daily.TODAY + NOON + 90, "2")
    return detector.save(), told


def served_by(model: Scoring, state: bytes) -> Detector:
    detector = Detector(daily_workload, model, Watermark(0), daily.extras())
    detector.load(state)
    return detector


def test_what_only_a_wrong_forecast_made_strange_is_taken_back_and_does_not_come_again() -> None:
    state, told = doubled_forecast()
    assert "opened" in told
    detector = served_by(daily.Evidence(), state)

    assert "retracted" in statuses(detector)

    assert not detector.decisions.opened_by({"1", "2"})
    assert go_on(detector, daily.TODAY + NOON + 150, "1") == []  # nor is anything still held against it
    assert statuses(detector) == []


def test_a_model_that_says_the_same_goes_on_with_the_anomaly() -> None:
    state, _ = doubled_forecast()
    detector = served_by(Optimist(), state)
    before = detector.decisions.opened_by({"2"})

    assert statuses(detector) == []

    assert detector.decisions.opened_by({"1"}) == before


def test_a_stopped_service_stays_reported_whoever_forecasts() -> None:
    begin = daily.TODAY + NOON
    log = daily.thinned(daily.month(), begin, 90, 0.0, daily.stopped("cart-service")).cut(*daily.ORDINARY)
    detector = ready(daily_workload, Optimist(), daily.extras(), log, begin - 5)
    assert "opened" in go_on(detector, begin + 40, "2")
    heir = served_by(daily.Evidence(), detector.save())

    assert "retracted" not in statuses(heir)
    assert heir.decisions.opened_by({"1"})


def test_nothing_is_taken_back_on_the_word_of_a_memory_that_cannot_judge_yet() -> None:
    state, _ = doubled_forecast()
    detector = Detector(daily_workload, daily.Evidence(), Watermark(0), {})  # a bundle without any past
    detector.load(state)

    assert statuses(detector) == []
    assert detector.decisions.opened_by({"1"})


@pytest.mark.parametrize("what", ["longer ago than it looks", "before a time that was not seen"])
def test_nothing_is_taken_back_whose_beginning_the_serving_model_cannot_look_at(what: str) -> None:
    state, _ = doubled_forecast()
    detector = served_by(daily.Evidence(), state)
    (case,) = detector.decisions.cases.values()
    if what == "longer ago than it looks":
        case.start = detector.watermark.value - LOOK_MS - MINUTE
    else:
        detector.memory.doubt(case.start + MINUTE)

    assert statuses(detector) == []
    assert detector.decisions.opened_by({"1"})


def anxious(log: MinuteLog, begin: int) -> Detector:
    detector = ready(usage_intensity, Anxious(), usage.extras(), log, begin - 5)
    assert "opened" in go_on(detector, begin + 30, "2")
    heir = Detector(usage_intensity, usage.Strongest(), Watermark(0), usage.extras())
    heir.load(detector.save())
    return heir


def test_what_only_an_anxious_model_found_is_taken_back() -> None:
    detector = anxious(usage.month().cut(usage.TODAY, usage.TODAY + DAY), usage.TODAY + NOON)
    found = len(detector.decisions.opened_by({"2"}))

    assert statuses(detector) == ["retracted"] * found

    assert go_on(detector, usage.TODAY + NOON + 60, "1") == []


def test_a_crowd_stays_reported_though_an_anxious_model_found_it() -> None:
    crowd = usage.today(usage.PEAK, 60, 6.0, usage.EVERYTHING)
    detector = anxious(crowd, usage.PEAK)

    assert "retracted" not in statuses(detector)


def test_a_detector_that_was_switched_off_takes_nothing_back() -> None:
    state, _ = doubled_forecast()
    detector = served_by(daily.Evidence(), state)
    detector.tuning = replace(detector.tuning, is_on=False)

    assert statuses(detector) == []
    assert detector.decisions.opened_by({"2"})
