"""Another clock as a doubt in every verdict."""

import numpy as np

from models.volume.clocks import SURE, UNLIKELY, Clock, doubted, reconsidered

NOTHING = np.zeros((1, 1))


def test_what_another_clock_explains_is_no_more_than_that_clock_is_unlikely() -> None:
    left = doubted(np.array([[-8.0]]), (Clock(NOTHING, UNLIKELY),), lambda _: np.array([[-0.5]]))
    assert left[0, 0] == -np.sqrt(0.25 + 2 * UNLIKELY)


def test_a_deviation_by_every_clock_stays_and_so_does_one_the_day_speaks_for() -> None:
    deviation = np.array([[-8.0]])
    assert doubted(deviation, (Clock(NOTHING, UNLIKELY),), lambda _: np.array([[-8.5]])) == deviation
    assert doubted(deviation, (Clock(NOTHING, 40.0),), lambda _: NOTHING) == deviation


def test_a_clock_that_would_turn_the_sign_explains_the_deviation() -> None:
    left = doubted(np.array([[6.0]]), (Clock(NOTHING, 0.0),), lambda _: np.array([[-3.0]]))
    assert left == 0.0


def test_a_day_changes_its_clock_when_it_is_sure_and_not_before() -> None:
    assert reconsidered(0, (20.0, 20.0 - SURE + 0.1, 50.0))[0] == 0
    shift, against = reconsidered(0, (20.0, 20.0 - SURE - 0.1, 50.0))
    assert shift == -60
    assert against[0] > SURE
    assert against[2] > 30
