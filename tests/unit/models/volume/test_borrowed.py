"""A bundle's past is used only for a shop that it fits."""

import numpy as np

from models.training.volume_log import MinuteLog, walk
from models.volume.borrowed import ENOUGH_DAYS, fits, quarters
from models.volume.counts import DAY, WARM_UP
from models.volume.past import Past
from tests.builders.volume import FIRST_DAY, minute_log

LEARNT = minute_log(10, seed=11)


def other_shop(days: int) -> MinuteLog:
    """Busy when the one that was learnt from is quiet."""
    log = minute_log(days, seed=12)
    return MinuteLog(log.first, np.roll(log.counts, 12 * 60, axis=0))


def judged(log: MinuteLog, look_back: int = 60) -> list[int]:
    """Minutes judged of a shop that is watched with the past of `LEARNT`."""
    return [int(at) for stretch in walk(log, look_back, Past(LEARNT.days())) for at in stretch.minutes]


def test_a_shop_like_the_one_learnt_from_is_judged_after_the_first_minutes() -> None:
    log = minute_log(1, seed=13)

    minutes = judged(log)

    assert minutes[0] <= log.first + 2 * WARM_UP  # some minutes of the night are empty
    assert len(minutes) >= DAY - 2 * WARM_UP


def test_another_shop_is_judged_only_when_it_has_days_of_its_own() -> None:
    log = other_shop(ENOUGH_DAYS + 3)

    minutes = judged(log)

    assert min(minutes) >= log.first + ENOUGH_DAYS * DAY
    assert max(minutes) == log.last - 1


def test_an_outage_soon_after_the_start_does_not_make_it_another_shop() -> None:
    log = minute_log(2, seed=14).cut((FIRST_DAY * DAY) + 15 * 60, (FIRST_DAY + 1) * DAY)
    log.counts[240:300] = 0

    assert len(judged(log)) >= len(log.counts) - WARM_UP - 1


def test_what_is_judged_does_not_depend_on_how_much_is_closed_at_once() -> None:
    log = other_shop(2)
    past, minutes = Past(LEARNT.days()), []
    past.absorb(log.facts(log.first, log.last))

    for until in range(log.first + 7, log.last + 1, 7):
        minutes += [int(at) for part in past.stretches(until * 60_000, 60) for at in part.minutes]

    assert minutes == [at for at in judged(log) if at < log.last // 7 * 7]


def test_a_silent_night_tells_nothing() -> None:
    nothing = quarters(np.zeros((90, LEARNT.counts.shape[1])))

    assert fits(nothing, nothing)
