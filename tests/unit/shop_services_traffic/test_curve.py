"""When shoppers come."""

from random import Random
from statistics import fmean, pvariance

import pytest

from shop_services.traffic.curve import DAY, Demand, Surge, arrivals, of_day, of_weekday

MONDAY = 1_772_409_600.0  # 2026-03-02T00:00:00Z


def test_the_evening_brings_half_of_a_day() -> None:
    minutes = [of_day(60.0 * minute) for minute in range(1440)]

    evening = sum(minutes[18 * 60 : 23 * 60])

    assert evening / sum(minutes) == pytest.approx(0.5, abs=0.03)


def test_the_night_is_quiet_and_the_mean_of_a_day_is_one() -> None:
    minutes = [of_day(60.0 * minute) for minute in range(1440)]

    night = minutes[23 * 60 + 30 :] + minutes[: 5 * 60]

    assert max(night) < 0.8
    assert fmean(minutes) == pytest.approx(1.0, abs=0.001)


def test_weekends_are_busier_and_the_mean_of_a_week_is_one() -> None:
    week = [of_weekday(MONDAY + day * DAY) for day in range(7)]

    assert min(week[5:]) > max(week[:5])
    assert fmean(week) == pytest.approx(1.0, abs=0.001)


def test_demand_grows_by_the_day() -> None:
    demand = Demand(MONDAY, 1000.0, growth=0.02)

    assert demand.rate(MONDAY + 7 * DAY) == pytest.approx(demand.rate(MONDAY) * 1.02**7)


def test_a_surge_multiplies_demand_while_it_lasts() -> None:
    calm, surging = Demand(MONDAY, 1000.0), Demand(MONDAY, 1000.0)

    surging.surge(Surge(MONDAY + 3600, MONDAY + 7200, 3.0))

    factors = [surging.rate(MONDAY + at) / calm.rate(MONDAY + at) for at in (3599, 3600, 7199, 7200)]
    assert factors == pytest.approx([1.0, 3.0, 3.0, 1.0])


def test_arrivals_are_as_many_as_demanded_and_in_order() -> None:
    demand = Demand(MONDAY, 20_000.0)

    visits = list(arrivals(demand, Random(1), MONDAY, MONDAY + DAY))

    assert len(visits) == pytest.approx(20_000 * of_weekday(MONDAY), rel=0.05)
    assert visits == sorted(visits)
    assert MONDAY <= visits[0] <= visits[-1] < MONDAY + DAY


def test_demand_is_more_restless_than_a_poisson_process() -> None:
    noon = MONDAY + 12 * 3600
    counts = {unrest: _counts_per_five_minutes(unrest, noon) for unrest in (0.0, 0.04)}

    poisson, restless = (pvariance(each) / fmean(each) for each in (counts[0.0], counts[0.04]))

    assert poisson == pytest.approx(1.0, abs=0.35)
    assert restless > 2.0


def _counts_per_five_minutes(unrest: float, begin: float) -> list[int]:
    """Visits per five minutes of the same hour on many days."""
    counts = []
    for day in range(40):
        demand = Demand(begin, 20_000.0 / of_weekday(begin + day * DAY), unrest=unrest)
        start = begin + day * DAY
        visits = [int((at - start) // 300) for at in arrivals(demand, Random(day), start, start + 3600)]
        counts += [visits.count(slot) for slot in range(3, 6)]
    return counts
