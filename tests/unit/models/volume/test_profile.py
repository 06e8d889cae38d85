"""What is expected follows the ordinary days, not their accidents."""

import numpy as np
import pytest

from models.columns import kind_code
from models.volume.counts import DAY
from models.volume.packed_days import pack_days, unpack_days
from models.volume.profile import WEEK, aligned, at, expected_rates
from tests.builders.volume import FIRST_DAY, minute_log


def total(rates: np.ndarray, day: int, hours: tuple[float, float]) -> float:
    """Expected messages of a day between two hours."""
    minutes = day * DAY + np.arange(int(hours[0] * 60), int(hours[1] * 60))
    return float(at(rates, minutes).sum())


def test_an_outage_in_the_training_days_leaves_no_dent() -> None:
    log = minute_log(14, seed=1)
    broken = log.counts.copy()
    broken[5 * DAY + 19 * 60 : 5 * DAY + 22 * 60] = 0
    healthy, hurt = expected_rates(log.days()), expected_rates(type(log)(log.first, broken).days())

    day = FIRST_DAY + 19  # the day of the week that had the outage
    before, after = total(healthy, day, (19, 22)), total(hurt, day, (19, 22))

    assert 0.9 < after / before < 1.1


def test_nothing_is_expected_on_a_closed_day_of_the_week() -> None:
    rates = expected_rates(minute_log(21, seed=2, closed_weekday=2).days())

    closed = next(day for day in range(FIRST_DAY, FIRST_DAY + 7) if day % 7 == 2)

    assert total(rates, closed, (8, 22)) < 0.05 * total(rates, closed + 1, (8, 22))


def test_the_level_follows_growth() -> None:
    log = minute_log(22, seed=4, growth=0.02)
    days = log.days()
    tomorrow = days.pop(max(days))

    expected = total(expected_rates(days), FIRST_DAY + 21, (0, 24))

    assert 0.93 < expected / tomorrow.sum() < 1.07


def test_the_week_repeats_every_seven_days() -> None:
    rates = expected_rates(minute_log(8, seed=5).days())

    minutes = np.arange(3 * WEEK, 3 * WEEK + 50)

    assert np.array_equal(at(rates, minutes), at(rates, minutes + WEEK))


def test_a_borrowed_past_lies_before_the_first_day_and_keeps_its_weekdays() -> None:
    days = minute_log(10, seed=6).days()

    for first in (FIRST_DAY + 3, FIRST_DAY + 10, FIRST_DAY + 400):
        moved = aligned(days, first)

        assert first - 7 <= max(moved) < first
        assert {day % 7 for day in moved} == {day % 7 for day in days}
        assert [moved[day].sum() for day in sorted(moved)] == [days[day].sum() for day in sorted(days)]


def test_days_survive_the_bundle() -> None:
    days = minute_log(2, seed=7).days()

    again = unpack_days(pack_days(days))

    assert all(np.array_equal(again[day], days[day]) for day in days)


def test_visits_say_how_busy_a_day_was_not_what_few_of_them_asked_for() -> None:
    log = minute_log(14, seed=8)
    counts = log.counts.copy()
    counts[7 * DAY + 600 : 7 * DAY + 900, kind_code("ProductAddedToCart")] += 60  # a wholesaler's afternoon

    plain, bulky = (expected_rates(type(log)(log.first, each).days()) for each in (log.counts, counts))

    day = FIRST_DAY + 14  # the day of the week on which he ordered
    assert total(bulky, day, (0, 9)) == pytest.approx(total(plain, day, (0, 9)), rel=0.02)
