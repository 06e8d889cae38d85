import os
from pathlib import Path

import numpy as np
import pytest

from models.training.series_recipe import verdicts
from tests.evaluation_series.corpus import ABSENT, VARIABLE, WINDOWS, read_corpus
from tests.evaluation_series.nab import LOW_FALSE, STANDARD, at_threshold, best_threshold, judged, outcome

ROWS = 1_000


def alarms(*rows: int) -> np.ndarray:
    scores = np.zeros(ROWS)
    scores[list(rows)] = 1.0
    return scores


def scored(scores: np.ndarray, *windows: tuple[int, int], profile=STANDARD):
    series = judged(scores, windows)
    return outcome(series, series.scores >= 0.5, profile)


def test_an_alarm_at_the_left_edge_of_every_window_is_perfect():
    assert scored(alarms(300, 600), (300, 399), (600, 699)).scaled() == pytest.approx(100)


def test_silence_is_nothing():
    assert scored(alarms(), (300, 399)).scaled() == 0


def test_the_middle_of_a_window_is_worth_what_the_description_says():
    found = scored(alarms(350), (301, 400))

    assert found.total == pytest.approx(0.8482 / 0.9866, abs=0.01)


def test_of_a_window_only_the_best_alarm_counts():
    assert scored(alarms(300, 310, 390), (300, 399)) == scored(alarms(300), (300, 399))


def test_a_false_alarm_far_from_windows_costs_in_full_and_twice_as_much_in_the_low_profile():
    assert scored(alarms(200), (300, 399)).total == pytest.approx(-1 - 0.11)
    assert scored(alarms(200), (300, 399), profile=LOW_FALSE).total == pytest.approx(-1 - 0.22)


def test_a_false_alarm_right_behind_a_window_costs_less():
    near, far = scored(alarms(405), (300, 399)), scored(alarms(900), (300, 399))

    assert near.false == far.false == 1
    assert far.total < near.total < -1


def test_probation_counts_nothing():
    assert scored(alarms(10, 149), (300, 399)).false == 0
    assert scored(alarms(150), (300, 399)).false == 1


def test_one_threshold_serves_all_series():
    quiet, loud = judged(alarms(300) * 0.4, [(300, 399)]), judged(alarms(200) * 0.3, [(300, 399)])
    corpus = {"quiet": quiet, "loud": loud}

    assert best_threshold(corpus, STANDARD) == pytest.approx(0.4)
    assert at_threshold(corpus, 0.4, STANDARD).found == 1


@pytest.mark.skipif(VARIABLE not in os.environ, reason=ABSENT)
def test_the_recipe_beats_silence_on_the_smallest_labelled_series():
    folder = Path(os.environ.get(VARIABLE, ""))
    assert (folder / WINDOWS).is_file(), f"{VARIABLE} names {folder}, which has no {WINDOWS}"
    corpus = sorted(read_corpus(folder).values(), key=lambda labelled: len(labelled.series.seconds))
    smallest = next(labelled for labelled in corpus if labelled.windows)

    scores, alarms = verdicts(smallest.series)

    assert outcome(smallest.judged(scores), alarms, STANDARD).scaled() > 0
