import numpy as np

from models.series.daily_curve import CHANNELS, HISTORY, Hours, Scale, channels, has_daily_curve

SECONDS = np.arange(12 * 24 * 10) * 300.0
NOISE = np.random.default_rng(3).normal(size=len(SECONDS))
CURVE = 100 + 50 * np.sin(2 * np.pi * SECONDS / 86_400)


def test_an_hour_is_the_mean_of_its_rows_and_known_when_it_is_over():
    hours = Hours.of(np.array([0.0, 1_800.0, 3_600.0, 14_400.0]), np.array([1.0, 3.0, 5.0, 7.0]))

    assert hours.mean[[0, 1, 4]].tolist() == [2, 5, 7]
    assert np.isnan(hours.mean[[2, 3]]).all()
    assert hours.last_complete.tolist() == [-1, -1, 0, 3]


def test_a_day_with_a_curve_is_told_from_noise_and_from_a_flat_line():
    now = 24 * 9

    assert has_daily_curve(Hours.of(SECONDS, CURVE + 5 * NOISE), now)
    assert not has_daily_curve(Hours.of(SECONDS, 100 + 5 * NOISE), now)
    assert not has_daily_curve(Hours.of(SECONDS, np.full(len(SECONDS), 7.0)), now)


def test_two_days_are_too_few_to_believe_a_curve():
    assert not has_daily_curve(Hours.of(SECONDS, CURVE), 48)


def test_a_series_of_less_than_a_week_can_be_read():
    hours = Hours.of(SECONDS[: 12 * 24 * 5], CURVE[: 12 * 24 * 5])

    assert np.isfinite(channels(hours, 0, 24 * 5 - 1, Scale.of(hours.mean))).all()


def test_what_the_forecaster_reads_is_finite_and_knows_nothing_that_comes_later():
    whole, part = Hours.of(SECONDS, CURVE), Hours.of(SECONDS[: 12 * 24 * 8], CURVE[: 12 * 24 * 8])
    begin, end = 100, 24 * 8 - 1
    scale = Scale.of(whole.mean[begin:end])

    read = channels(whole, begin, end, scale)

    assert read.shape == (end - begin, len(CHANNELS))
    assert end - begin > HISTORY
    assert np.isfinite(read).all()
    assert np.array_equal(read, channels(part, begin, end, scale))
