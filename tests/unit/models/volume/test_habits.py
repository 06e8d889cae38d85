"""A borrowed past says nothing of how often the same people come."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.families import messages
from models.volume.habits import adapted, alike
from models.volume.past import Past
from models.volume.profile import Sums, at
from models.volume.today import LAG, PERIOD, Today, so_far
from models.volume.unrest import VisitUnrest
from models.windows import MINUTE
from tests.builders.unrest import visit_unrest_of
from tests.builders.volume import FIRST_DAY, minute_log

LEARNT = minute_log(10, seed=11)
EVENING = (FIRST_DAY * DAY) + 22 * 60


@cache
def unrest() -> VisitUnrest:
    return visit_unrest_of(LEARNT)


def shop(visits: float) -> MinuteLog:
    """Three days as of the shop learnt from, with so many of its visits for the same messages."""
    log = minute_log(3, seed=21)
    log.counts[:, -1] = np.random.default_rng(3).binomial(log.counts[:, -1], visits)
    return log


def watched(log: MinuteLog, until: int) -> Past:
    """What is known of a shop at a minute."""
    past = Past(LEARNT.days(), settled=PERIOD)
    past.absorb(log.facts(log.first, until))
    for day in range(log.first, until, DAY):
        list(past.stretches(min(day + DAY, until) * MINUTE, LAG))
    return past


def expected(past: Past, day: int) -> NDArray[np.float64]:
    """(n_kinds,) of a whole day."""
    return at(past.rates(day), day * DAY + np.arange(DAY)).sum(axis=0)


def visits(days: Sums) -> int:
    return sum(int(sums[:, ~messages()].sum()) for sums in days.values())


def test_a_first_day_of_other_habits_says_nothing_of_its_level_and_clock() -> None:
    assert so_far(watched(shop(visits=0.25), EVENING), EVENING, unrest()) == Today()


def test_a_first_day_of_the_same_habits_does() -> None:
    assert so_far(watched(shop(visits=1.0), EVENING), EVENING, unrest()) != Today()


def test_an_own_day_makes_it_expect_as_many_visits_and_the_messages_of_both() -> None:
    tomorrow = FIRST_DAY + 2  # the first day was not seen from its first minute
    others = expected(watched(shop(visits=1.0), tomorrow * DAY), tomorrow)
    regulars = expected(watched(shop(visits=0.25), tomorrow * DAY), tomorrow)

    assert regulars[~messages()].sum() == pytest.approx(0.25 * others[~messages()].sum(), rel=0.1)
    assert regulars[messages()].sum() == pytest.approx(others[messages()].sum(), rel=0.1)


def test_habits_are_alike_as_far_as_chance_goes() -> None:
    counts = shop(visits=1.0).counts

    assert alike(counts[DAY:], counts[:DAY])
    assert alike(0 * counts, counts)  # nothing can be told
    assert not alike(shop(visits=0.5).counts, counts)


def test_days_are_adapted_only_to_other_habits() -> None:
    lent = LEARNT.days()

    assert visits(adapted(lent, shop(visits=1.0).days())) == pytest.approx(visits(lent), rel=0.03)
    assert visits(adapted(lent, shop(visits=0.5).days())) == pytest.approx(0.5 * visits(lent), rel=0.05)
    assert adapted(lent, {}) is lent
