"""What a model sees becomes something else: noticed when it stays, not when it passes."""

import numpy as np
import pytest

from models.drift import HOUR_MS, DriftWatch, HourlyMeans, adwin
from models.outcome import Judged

DAYS = 20
CHANGE = 12  # days


def judged(*scores: float) -> Judged:
    return Judged(np.array([[score, -score] for score in scores], np.float32), np.array(scores))


def test_the_means_of_an_hour_are_known_when_it_is_over() -> None:
    means = HourlyMeans()

    assert means.add(judged(0.0, 5.0), 10) is None
    assert means.add(None, 20) is None
    assert means.add(judged(0.25), HOUR_MS - 1) is None
    ended = means.add(judged(9.0), HOUR_MS)

    assert ended is not None
    assert ended[0] == pytest.approx((0.0 + 1.0 + 0.25) / 3)  # a score counts up to the boundary
    assert ended[1] == pytest.approx((0.0 + 5 / 6 + 0.2) / 3)
    assert ended[2] == pytest.approx(-ended[1])


def test_an_hour_in_which_nothing_was_judged_says_nothing() -> None:
    means = HourlyMeans()
    means.add(None, 0)

    assert means.add(judged(1.0), HOUR_MS) is None


def hours(lift: float, until: int, seed: int) -> np.ndarray:
    """(hours, 2) of a score with a daily curve and of one feature; `lift` is on the score from `CHANGE` days on."""
    rng = np.random.default_rng(seed)
    hour = np.arange(DAYS * 24)
    score = 0.1 + 0.03 * np.sin(2 * np.pi * hour / 24) + rng.normal(0, 0.02, len(hour))
    score[(hour >= CHANGE * 24) & (hour < until)] += lift
    return np.stack([score, rng.normal(0, 0.05, len(hour))], axis=1)


def drifted(table: np.ndarray) -> dict[str, float]:
    """What drifted, and on which day it was first said."""
    watch = DriftWatch(("volume",), adwin)
    said: dict[str, float] = {}
    for hour, means in enumerate(table):
        for name in watch.update(means):
            said.setdefault(name, hour / 24)
    return said


@pytest.mark.parametrize("seed", range(5))
def test_an_ordinary_day_curve_is_no_drift(seed: int) -> None:
    assert drifted(hours(0.0, 0, seed)) == {}


@pytest.mark.parametrize("seed", range(5))
def test_a_change_that_stays_is_named_within_days(seed: int) -> None:
    said = drifted(hours(0.12, DAYS * 24, seed))

    assert list(said) == ["score"]
    assert CHANGE < said["score"] < CHANGE + 4


def test_an_incident_of_two_hours_is_no_drift() -> None:
    assert drifted(hours(0.8, CHANGE * 24 + 2, 1)) == {}
