"""Both volume models learn an ordinary log, and the exported models find on other days what they should."""

import numpy as np
import pytest

from models.training import daily_workload, usage_intensity
from models.training.log import RecordedLog
from models.training.trained import Trained
from models.training.volume_budget import occasions, sustained, threshold_for
from tests.builders.volume import columns_of, minute_log


def trained(stem: str) -> Trained:
    columns = columns_of(minute_log(9, seed=41))
    log = RecordedLog(columns, np.zeros(len(columns), np.int8))
    module = {"usage_intensity": usage_intensity, "daily_workload": daily_workload}[stem]
    return module.fit(log, 1, lambda _: None)


@pytest.mark.parametrize("stem", ["usage_intensity", "daily_workload"])
def test_a_log_of_nine_days_makes_a_model_that_finds_incidents_and_keeps_quiet(stem: str) -> None:
    model = trained(stem)

    found = model.metrics["incidents"].values()

    assert model.parity < 1e-4
    assert np.mean([kind["detected"] for kind in found]) >= 0.9
    assert np.mean([kind["anomalies_per_incident"] for kind in found]) <= 1.3
    assert model.metrics["false_per_week"] <= 2.0


def test_a_budget_of_one_a_week_allows_that_many_occasions() -> None:
    peaks = [9.0, 5.0, 4.0, 3.0, 2.0, 1.0]

    threshold = threshold_for(peaks, weeks=2.0, per_week=1.0)

    assert sum(peak > threshold for peak in peaks) <= 2
    assert threshold < 5.0


def test_on_a_short_log_one_incident_does_not_set_the_threshold() -> None:
    peaks = [*np.linspace(1.0, 3.0, 40).tolist(), 50.0]

    assert 3.0 < threshold_for(peaks, weeks=0.5, per_week=0.5) < 10.0


def test_scores_near_each_other_are_one_occasion() -> None:
    minute = np.arange(600)
    score = np.zeros(600)
    score[[100, 110, 150, 400]] = [3.0, 4.0, 2.0, 5.0]

    assert sorted(occasions(minute, score)) == [4.0, 5.0]


def test_a_sustained_score_needs_m_of_n() -> None:
    assert sustained(np.array([0.0, 9.0, 0.0, 7.0]), 2, 3).tolist() == [-np.inf, 0.0, 0.0, 7.0]
