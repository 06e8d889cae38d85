"""A refit beside a serving model: promoted when it is no worse, and the one before serves on when it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.bundle import read_bundle
from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.served import load_one
from models.training import course, usage_intensity
from models.training.bundling import write_bundle
from models.training.calibration import calibrate
from models.training.course import evaluation_of
from models.training.figures import differences
from models.training.log import RecordedLog
from models.training.refit import Refitted, newest_days, refit
from models.training.trained import Trained
from tests.builders.volume import columns_of, minute_log

STEM = "usage_intensity"
NOW = datetime(2026, 3, 25, tzinfo=UTC)


def recorded(days: int, seed: int) -> RecordedLog:
    columns = columns_of(minute_log(days, seed=seed))
    return RecordedLog(columns, np.zeros(len(columns), np.int8))


@pytest.fixture(scope="module", autouse=True)
def few_trials() -> Iterator[None]:
    """Of each kind of incident two: what is tested is who takes over, not how good they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usage_intensity, "TRIALS", 2)
        yield


@pytest.fixture(scope="module")
def log() -> RecordedLog:
    return recorded(8, 43)


@pytest.fixture(scope="module")
def fitted(log: RecordedLog) -> Trained:
    return course.fit_of(STEM)(log, 1, lambda _: None)


@pytest.fixture
def registry(fitted: Trained, tmp_path: Path) -> Registry:
    """The model serves."""
    write_bundle(tmp_path, fitted, "0001", NOW)
    held = Registry(tmp_path)
    held.promote(STEM, "0001")
    return held


def refitted(registry: Registry, log: RecordedLog, fitted: Trained, monkeypatch: pytest.MonkeyPatch) -> Refitted:
    """A refit whose fit is known already."""
    monkeypatch.setattr(course, "fit_of", lambda _: lambda *_: fitted)
    return refit(scenarios()[STEM], log, registry, 1, NOW, 0.9, lambda _: None)


def test_a_model_that_is_as_good_may_take_over(
    registry: Registry, log: RecordedLog, fitted: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = refitted(registry, log, fitted, monkeypatch)

    assert (found.version, found.before, found.reasons) == ("0002", "0001", [])
    assert found.agreement.rows > 1_000
    assert found.agreement.share == 1.0


def test_a_model_that_sees_everything_as_strange_may_not(
    registry: Registry, log: RecordedLog, fitted: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    factor = 0.02
    golden = fitted.golden_scores / factor
    jumpy = replace(fitted, threshold=fitted.threshold * factor, golden_scores=golden)
    jumpy = replace(jumpy, metrics={**fitted.metrics, "false_per_week": 40.0})

    found = refitted(registry, log, jumpy, monkeypatch)

    assert "false_per_week: 40.0" in found.reasons[0]
    assert "the same verdict on" in found.reasons[1]
    assert registry.promoted_version(STEM) == "0001"


def test_without_a_serving_model_there_is_nothing_to_be_worse_than(
    log: RecordedLog, fitted: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = refitted(Registry(tmp_path), log, fitted, monkeypatch)

    assert (found.before, found.reasons) == (None, [])


def test_the_stored_model_reproduces_the_figures_of_its_card(registry: Registry, log: RecordedLog) -> None:
    """INVARIANT: `models evaluate` on the same log and seed gives what the card says."""
    served = load_one(registry, scenarios()[STEM])
    card = read_bundle(registry.promoted(STEM)).card

    compared = differences(card.metrics, evaluation_of(STEM)(served.model, served.extras, log, card.seed))

    assert len(compared) > 10
    assert all(difference.size <= 0.02 for difference in compared)


def test_a_calibrated_version_differs_by_its_threshold_and_stands(registry: Registry, log: RecordedLog) -> None:
    bundle = read_bundle(registry.promoted(STEM))

    found = calibrate(scenarios()[STEM], bundle, log, 5.0, registry, NOW, lambda _: None)

    new = read_bundle(registry.path(STEM, found.version))
    assert new.onnx == bundle.onnx
    assert new.card.threshold == pytest.approx(found.threshold)
    assert new.card.metrics["budget_per_week"] == 5.0
    assert new.card.metrics["calibration"]["trained_threshold"] == bundle.card.threshold
    assert found.threshold >= 0.8 * bundle.card.threshold
    assert registry.promoted_version(STEM) == "0001"


def test_only_the_newest_days_are_learnt(log: RecordedLog) -> None:
    assert newest_days(log, 3).days == pytest.approx(3, abs=0.1)
    assert newest_days(log, 30) is log
