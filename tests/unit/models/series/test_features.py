import numpy as np

from models.series.features import DAY, NAMES, features, trailing, usual_values

HOURS = np.arange(24 * 10) * 3_600.0


def test_a_row_has_every_feature():
    assert features(HOURS[:1], np.array([3.0])).shape == (1, len(NAMES))


def test_features_see_nothing_after_their_row():
    values = np.random.default_rng(1).normal(size=len(HOURS))

    assert np.array_equal(features(HOURS, values)[:100], features(HOURS[:100], values[:100]))


def test_the_usual_value_is_the_median_of_the_same_time_of_the_last_seven_days():
    values = HOURS // DAY  # the number of the day

    usual = usual_values(HOURS, values)

    assert np.isnan(usual[:24]).all()
    assert usual[24] == 0
    assert usual[24 * 9 + 5] == 5  # of 2 to 8


def test_the_usual_value_is_unknown_after_a_gap():
    seconds = np.array([0.0, 3_600.0, 40 * DAY])

    assert np.isnan(usual_values(seconds, np.ones(3))).all()


def test_before_the_first_row_its_value_stands():
    assert trailing(np.array([1.0, 2.0]), 3).tolist() == [[1, 1, 1], [1, 1, 2]]
