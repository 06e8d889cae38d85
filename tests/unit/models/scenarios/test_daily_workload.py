"""A stopped or half-stopped service, missing traffic, far more demand; against an ordinary week that is enough to
judge by.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.scenarios import daily_workload
from models.scenarios.daily_evidence import LOOK_BACK, SPANS, columns, expectations, members
from models.scenarios.daily_forecast import HISTORY, HORIZON, QUANTILES, level_factors
from models.training.volume_dispersion import fit_dispersion
from models.training.volume_evaluation import opened, run
from models.training.volume_log import MinuteLog, walk
from models.volume.counts import DAY, STEPS
from models.volume.families import effects, entities, groups, service_members, services, width
from models.volume.packed_days import pack_days
from models.volume.past import Past
from models.windows import MINUTE
from tests.builders.volume import FIRST_DAY, minute_log

HISTORY_DAYS = 14
TODAY = (FIRST_DAY + HISTORY_DAYS) * DAY
PEAK = TODAY + 20 * 60


class Evidence:
    """The evidence over a threshold of twelve nats, with a forecast that says nothing but the ordinary week."""

    def score(self, values: np.ndarray) -> np.ndarray:
        return values[:, 0].astype(np.float64) / 12.0

    def forecast(self, history: np.ndarray) -> np.ndarray:
        return np.zeros((len(history), HORIZON, len(QUANTILES)))


@cache
def month(closed_weekday: int | None = None, growth: float = 0.0) -> MinuteLog:
    return minute_log(HISTORY_DAYS + 2, seed=31, closed_weekday=closed_weekday, growth=growth)


@cache
def extras(closed_weekday: int | None = None, growth: float = 0.0) -> dict:
    log = month(closed_weekday, growth).cut(FIRST_DAY * DAY, TODAY)
    stretches = [s for s in walk(log, LOOK_BACK) if s.first >= log.first + 5 * DAY]
    parts = [expectations(s, np.ones((STEPS, len(entities())))) for s in stretches]
    seen = np.concatenate([seen_kinds @ members() for seen_kinds, _, _ in parts])
    expected = np.concatenate([of_columns for _, _, of_columns in parts])
    day = np.concatenate([s.minutes for s in stretches]) // DAY
    dispersion = fit_dispersion(seen, expected, day, SPANS)
    return {
        "dispersion": dispersion.save([groups()[index].name for index in columns()]),
        "past": pack_days(log.days()),
    }


def thinned(log: MinuteLog, begin: int, minutes: int, keep: float, mask: np.ndarray) -> MinuteLog:
    counts = log.counts.copy()
    inside = slice(begin - log.first, begin - log.first + minutes)
    counts[inside, mask] = np.random.default_rng(7).binomial(counts[inside][:, mask], keep)
    return replace(log, counts=counts)


def said(log: MinuteLog, **world: float) -> list[tuple[int, str, str]]:
    return opened(run(daily_workload, Evidence(), extras(**world), log))


def stopped(service: str) -> np.ndarray:
    mask = service_members()[services().index(service)]
    return np.any([effects(int(kind)) for kind in np.flatnonzero(mask)], axis=0)


EVERYTHING = np.ones(width(), bool)
ORDINARY = TODAY, TODAY + DAY


def test_an_ordinary_day_is_silent() -> None:
    assert said(month().cut(*ORDINARY)) == []


@pytest.mark.parametrize("service", ["cart-service", "order-service", "warehouse-service"])
def test_a_service_that_stops_at_the_peak_is_named_within_minutes_and_its_end_is_seen(service: str) -> None:
    log = thinned(month().cut(*ORDINARY), PEAK, 20, 0.0, stopped(service))
    outcome = run(daily_workload, Evidence(), extras(), log)

    (at, named, how), *more = opened(outcome)

    assert not more
    assert (named, how) == (service, "low")
    assert PEAK < at <= PEAK + 6
    ended = [change.end for change, _ in outcome.changes if change.status == "resolved"]
    assert len(ended) == 1
    assert PEAK + 18 <= ended[0] / MINUTE <= PEAK + 45


def test_a_stopped_shop_is_one_anomaly_of_the_shop() -> None:
    log = thinned(month().cut(*ORDINARY), PEAK, 30, 0.0, EVERYTHING)

    (at, named, how), *more = said(log)

    assert not more
    assert (named, how) == ("cqshop", "low")
    assert at <= PEAK + 3


def test_half_the_traffic_of_an_hour_at_the_peak_is_seen() -> None:
    log = thinned(month().cut(*ORDINARY), PEAK, 60, 0.5, EVERYTHING)

    anomalies = said(log)

    assert [(named, how) for _, named, how in anomalies] == [("cqshop", "low")]
    assert anomalies[0][0] <= PEAK + 30


def test_growth_of_two_percent_a_day_is_silent() -> None:
    assert said(month(None, 0.02).cut(TODAY, TODAY + 2 * DAY), closed_weekday=None, growth=0.02) == []


def test_the_silence_of_a_closed_day_of_the_week_is_expected() -> None:
    closed = (FIRST_DAY + HISTORY_DAYS) % 7

    log = month(closed).cut(*ORDINARY)

    assert log.counts.sum() == 0
    assert said(month(closed).cut(TODAY - DAY, TODAY + 2 * DAY), closed_weekday=closed) == []


def test_an_outage_that_also_lay_in_the_training_days_is_still_seen() -> None:
    past = extras()["past"]
    hurt = thinned(month(), PEAK - 7 * DAY, 60, 0.0, EVERYTHING).cut(FIRST_DAY * DAY, TODAY)
    log = thinned(month().cut(*ORDINARY), PEAK, 20, 0.0, EVERYTHING)

    anomalies = opened(run(daily_workload, Evidence(), {**extras(), "past": pack_days(hurt.days())}, log))

    assert past != pack_days(hurt.days())
    assert [(named, how) for _, named, how in anomalies] == [("cqshop", "low")]


def test_a_forecast_of_more_is_expected_to_come() -> None:
    class Doubling(Evidence):
        def forecast(self, history: np.ndarray) -> np.ndarray:
            assert history.shape[1] == HISTORY
            return np.full((len(history), HORIZON, len(QUANTILES)), np.log(1.3))

    past = Past(counts=Past().counts)
    past.borrowed = month().days()

    ordinary, more = (level_factors(past, FIRST_DAY + 16, model) for model in (Evidence(), Doubling()))

    assert np.allclose(ordinary, 1.0)
    assert 1.25 < np.median(more[:, 0]) < 1.35


def test_rows_do_not_depend_on_how_the_minutes_were_batched() -> None:
    log = thinned(month().cut(PEAK - 90, PEAK + 60), PEAK, 20, 0.0, stopped("order-service"))
    at_once, one_by_one = (daily_workload.new_memory(Evidence(), extras()) for _ in range(2))

    at_once.absorb("s", log.facts(log.first, log.last))
    whole = at_once.rows(log.last * MINUTE)
    parts = []
    for minute in range(log.first, log.last):
        one_by_one.absorb("s", log.facts(minute, minute + 1))
        if (rows := one_by_one.rows((minute + 1) * MINUTE)) is not None:
            parts.append(rows.values)

    assert whole is not None
    assert np.allclose(np.concatenate(parts), whole.values, atol=1e-3)


def test_a_memory_goes_on_after_save_and_load() -> None:
    log = month().cut(PEAK - 120, PEAK + 30)
    first, second = (daily_workload.new_memory(Evidence(), extras()) for _ in range(2))
    first.absorb("s", log.facts(log.first, PEAK))
    first.rows(PEAK * MINUTE)

    second.load(first.save())

    for memory in (first, second):
        memory.absorb("s", log.facts(PEAK, log.last))
    one, other = (memory.rows(log.last * MINUTE) for memory in (first, second))
    assert one is not None
    assert other is not None
    assert np.array_equal(one.values, other.values)
