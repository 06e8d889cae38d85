"""Today's level and clock follow from its own hours."""

from functools import cache

import numpy as np
import pytest

from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.past import Past
from models.volume.today import LAG, PERIOD, Today, so_far
from models.volume.unrest import VisitUnrest
from models.windows import MINUTE
from tests.builders.unrest import visit_unrest_of
from tests.builders.volume import FIRST_DAY, minute_log

TODAY = (FIRST_DAY + 8) * DAY


@cache
def unrest() -> VisitUnrest:
    return visit_unrest_of(minute_log(8, seed=51))


def said(change: float = 1.0, shift: int = 0, until: int = 22 * 60, noise: float = 0.0) -> Today:
    """At a minute of a day with changed demand, that of quarter hours by so much at random, or by another clock."""
    log = minute_log(10, seed=51)
    counts = log.counts.copy()
    day = slice(8 * DAY, 9 * DAY)
    rng = np.random.default_rng(1)
    factor = change * np.exp(noise * np.repeat(rng.normal(size=DAY // 15), 15))[:, None]
    usual = np.roll(counts[day], shift, axis=0)
    counts[day] = rng.binomial(usual, np.minimum(factor, 1.0)) + rng.poisson(usual * np.maximum(factor - 1.0, 0.0))
    past = Past(settled=PERIOD)
    for at in range(FIRST_DAY, FIRST_DAY + 9):
        past.absorb(MinuteLog(log.first, counts).facts(at * DAY, (at + 1) * DAY))
        list(past.stretches((at + 1) * DAY * MINUTE, LAG))
    return so_far(past, TODAY + until, unrest())


def test_an_ordinary_day_is_as_forecast() -> None:
    today = said()

    assert today.shift == 0
    assert today.level == pytest.approx(1.0, abs=0.08)


def test_a_busier_day_is_seen_as_one() -> None:
    assert 1.05 < said(change=1.15).level < 1.2


def test_a_holiday_is_no_level_but_what_is_to_be_found() -> None:
    assert said(change=0.3).level == pytest.approx(1.0, abs=0.01)


def test_a_day_that_strays_farther_than_others_is_given_more_room() -> None:
    assert said(noise=0.7).unrest > 1.3 * said().unrest


@pytest.mark.parametrize("shift", [-60, 60])
def test_another_clock_is_seen_by_the_evening(shift: int) -> None:
    assert said(shift=shift).shift == shift


def test_the_clock_is_kept_while_nothing_speaks_against_it() -> None:
    assert so_far(Past(), TODAY, unrest(), clock=60) == Today(60)
