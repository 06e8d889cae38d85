"""What the hours so far say of today: a little busier or calmer than expected, or by another clock.

What is expected of a day is settled at its midnight. Until two hours ago the day has shown its level, which is taken
as far as it can be told from chance. The last two hours have no say: they are what is judged. Incidents that were
found are counted as the ordinary. A day that strays farther than others does is given more room.

Since its quietest hour the day may have shown that it runs an hour early or late, as when the clocks change. Until
then another clock is a doubt in every verdict (`models/volume/clocks.py`).
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.volume.clocks import SHIFTS, UNLIKELY, UNTHINKABLE, Clock, reconsidered
from models.volume.counts import DAY, STEP, STEPS
from models.volume.families import VISITS, groups
from models.volume.past import Past
from models.volume.profile import Rates, at, on_grid
from models.volume.stretch import Stretch
from models.volume.unrest import SHORT, Swing, VisitUnrest, deviance, times_as_much

Floats = NDArray[np.float64]
PERIOD = 120  # minutes for which an answer holds
LAG = 120  # minutes that have no say in the level
CLOCK_LAG = 30  # nor in the clock: no incident looks like an hour's shift of the curve
REACH = 14 * 60  # minutes before them that have
SWING = 0.005  # variance of the level of days
LARGEST = 0.15  # log of the level
MOST = 3.0  # nats that a single quarter hour may have against a clock


class Today(NamedTuple):
    """What the hours so far say."""

    shift: int = 0  # minutes that the day runs late
    level: float = 1.0  # against what is expected
    against: tuple[float, ...] = (UNLIKELY,) * len(SHIFTS)  # nats against each of `SHIFTS`
    unrest: float = 1.0  # how many times as much demand swings as on other days, in variance

    def without_doubt(self) -> Self:
        """The same with its clock for certain."""
        return self._replace(against=(UNTHINKABLE,) * len(SHIFTS))


@dataclass(slots=True)
class Adjustment:
    """What the hours so far say, asked once a period; the clock goes on from one period to the next."""

    clock: int = 0  # minutes that days run late
    _held: tuple[int, Today] | None = None  # of one period

    def applied(self, stretch: Stretch, past: Past, unrest: VisitUnrest) -> Stretch:
        """The stretch with the expectations of its day as the hours before its period tell them."""
        period = stretch.first // PERIOD
        if self._held is None or self._held[0] != period:
            self._held = period, so_far(past, stretch.first, unrest, self.clock)
            self.clock = self._held[1].shift
        return corrected(stretch, self._held[1], past.rates(stretch.first // DAY))


@cache
def shop_visits() -> int:
    """Index of the shop's visits in `families.groups`: the least clustered."""
    return next(at for at, group in enumerate(groups()) if group.role == VISITS)


@cache
def _of_shop() -> Floats:
    """(n_kinds,): counts @ it are the shop's visits."""
    return groups()[shop_visits()].members.astype(np.float64)


def corrected(stretch: Stretch, today: Today, rates: Rates) -> Stretch:
    """The stretch with the expectations of this day."""
    known = stretch.expected > 0  # what was announced is expected to be nothing
    minutes = np.arange(stretch.first - stretch.look_back, stretch.last)

    def by_clock(shift: int) -> Floats:
        return on_grid(at(rates, minutes - shift) * today.level * known)

    others = (
        Clock(by_clock(shift), against)
        for shift, against in zip(SHIFTS, today.against, strict=True)
        if shift != today.shift and against < UNTHINKABLE
    )
    return stretch._replace(expected=by_clock(today.shift), clocks=tuple(others), unrest=today.unrest)


def so_far(past: Past, minute: int, unrest: VisitUnrest, clock: int = 0) -> Today:
    """Of the day of a minute, from what came until `LAG` before its period began; `clock` is the shift so far."""
    period = minute // PERIOD * PERIOD
    steps = np.arange((period - LAG - REACH) // STEP, (period - CLOCK_LAG) // STEP)
    steps = steps[steps * STEP >= past.counts.known_from]
    if not len(steps) or not past.counts.known_from or not past.knows_visits(period):
        return Today(clock)
    seen, made_good = _seen(past, steps)
    minutes = (steps[:, None] * STEP + np.arange(STEP)).ravel()
    rates, shape = past.rates(minute // DAY), (len(steps), STEP)
    expected = {shift: (at(rates, minutes - shift) @ _of_shop()).reshape(shape).sum(axis=1) for shift in SHIFTS}
    woken = steps >= _quietest(rates, steps)
    strangeness = tuple(_strangeness(seen[woken], expected[shift][woken], unrest.quarter) for shift in SHIFTS)
    shift, against = reconsidered(clock, strangeness)
    early = steps * STEP < period - LAG
    level = _level(made_good[early], expected[shift][early], unrest.quarter)
    return Today(shift, level, against, _swings(past, steps[early & (seen == made_good)], rates, shift, unrest.short))


def _quietest(rates: Rates, steps: NDArray[np.int64]) -> int:
    """The quarter hour of the last day, up to the newest of `steps`, in which least is expected."""
    day = np.arange(steps[-1] - STEPS + 1, steps[-1] + 1)
    expected = at(rates, day * STEP) @ _of_shop()
    return int(day[-1 - expected[::-1].argmin()])


def _seen(past: Past, steps: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(n,) the shop's visits in quarter hours, as they came and with incidents made good."""
    none = np.zeros((STEPS, len(_of_shop())))
    places = list(zip((steps // STEPS).tolist(), (steps % STEPS).tolist(), strict=True))
    came = np.stack([past.counts.days.get(day, none)[step] for day, step in places]) @ _of_shop()
    missing = np.stack([past.corrections.missing.get(day, none)[step] for day, step in places]) @ _of_shop()
    return came, np.maximum(came + missing, 0.0)


def _swings(past: Past, steps: NDArray[np.int64], rates: Rates, shift: int, usual: Swing) -> float:
    """How many times as much demand swings as on other days, by quarter hours without incidents."""
    minutes = (steps[:, None] * STEP + np.arange(STEP)).ravel()
    if not len(minutes):
        return 1.0
    seen = past.counts.raw(int(minutes[0]), int(minutes[-1]) + 1)[minutes - minutes[0]] @ _of_shop()
    due = at(rates, minutes - shift) @ _of_shop()
    return times_as_much(seen.reshape(-1, SHORT).sum(axis=1), due.reshape(-1, SHORT).sum(axis=1), usual)


def _strangeness(seen: Floats, expected: Floats, usual: Swing) -> float:
    """Nats of the quarter hours against the expected at their own level; a single burst does not decide."""
    half, due = deviance(seen, expected)
    return float(np.minimum(half / usual.variance(due), MOST).sum())


def _level(seen: Floats, expected: Floats, usual: Swing) -> float:
    """Drawn towards 1 as far as chance could explain it. What is farther off than days differ is no level, but what is
    to be found.
    """
    total = float(expected.sum()) + 1.0
    chance = float((usual.variance(expected) * expected).sum()) / total**2
    log_ratio = np.log((seen.sum() + 1.0) / total)
    believed = np.clip(2.0 - abs(log_ratio) / (2 * LARGEST), 0.0, 1.0)
    return float(np.exp(believed * np.clip(log_ratio * SWING / (SWING + chance), -LARGEST, LARGEST)))
