"""How soon anybody can know: evidence against "as usual" grows by `L (r ln r - r + 1)` nats a minute.

L is the expected number of messages a minute, r the factor by which they changed. 14 nats are odds of a million to
one; a listed budget is three times that of single messages, and never less than what the situation is listed with.
But the messages of a visit follow from each other and tell hardly more than one, and demand itself swings, which
more visits do not average out: n expected visits whose rate has the variance v (relative) tell as much as `n / (1 +
n v)` steady ones. So the budget that counts ends no sooner than visits of this shop's unrest have brought 14 nats to
one who knows its curve, and what they do not bring before it is over is not staged.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.curve import SLOW
from tests.evaluation.messages import Int64s, kinds
from tests.evaluation.scene import NotStageable, Scene
from tests.evaluation.spans import MINUTE

MILLION_TO_ONE = 14.0  # nats
CERTAIN = 3 * MILLION_TO_ONE


class Budget(NamedTuple):
    """By when something must be told, ms."""

    fair: int  # possible for whoever sees that visits are what is independent, and knows how demand swings
    listed: int  # as if every message were


def budget(scene: Scene, codes: Iterable[int], factor: float, begin: int, end: int, listed: float) -> Budget:
    """By when the change of these kinds in [begin, end) must be told; NotStageable where it cannot be known by its end.

    `listed` is the budget in minutes of a shop that is large enough.
    """
    gain = factor * np.log(factor) - factor + 1 if factor > 0 else 1.0
    minutes, chosen = np.arange(begin // MINUTE, end // MINUTE + 1), list(codes)
    visits = gain * _steady(scene, np.cumsum(_per_minute(scene, chosen, minutes, by_visit=True)))
    if visits[-1] < MILLION_TO_ONE:
        raise NotStageable("too little happens for anybody to know before it is over")
    messages = np.cumsum(gain * _per_minute(scene, chosen, minutes, by_visit=False))
    known = [int(minutes[np.argmax(nats >= least)] + 1) * MINUTE for nats, least in
             ((messages, CERTAIN), (visits, MILLION_TO_ONE))]  # fmt: skip
    strict = max(begin + int(listed * MINUTE), known[0] if messages[-1] >= CERTAIN else end)
    return Budget(max(strict, known[1]), strict)


def _steady(scene: Scene, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) how many visits of steady demand tell as much as those expected in the first 1, 2, ... n minutes."""
    curve, minutes = scene.world.curve, np.arange(1, len(expected) + 1)
    swing = curve.day_noise**2 + curve.slow_noise**2 * np.minimum(SLOW / minutes, 1.0) + curve.minute_noise**2 / minutes
    return np.asarray(expected / (1 + expected * swing))


def rate(scene: Scene, codes: Iterable[int], moment: int) -> float:
    """Expected visits a minute that bring messages of these kinds."""
    return float(_per_minute(scene, list(codes), np.array([moment // MINUTE]), by_visit=True)[0])


def visits(scene: Scene, begin: int, end: int) -> float:
    """Expected visits in a span."""
    minutes = np.arange(begin // MINUTE, end // MINUTE)
    return float(scene.world.visits_a_day / 1440 * scene.world.curve.expected(minutes).sum())


def events() -> list[int]:
    """Codes of all domain events."""
    return [number for number, kind in enumerate(kinds()) if not kind.is_command]


def _per_minute(scene: Scene, codes: list[int], minutes: Int64s, *, by_visit: bool) -> NDArray[np.float64]:
    """Expected messages of these kinds in each of the minutes, or visits that bring any, from the training days."""
    world, said = scene.history.world, scene.history.messages
    rows = (said.time < world.trained_until) & np.isin(said.kind, codes)
    count = len(np.unique(said.visit[rows])) if by_visit else np.count_nonzero(rows)
    demand = world.curve.expected(np.arange(world.start // MINUTE, world.trained_until // MINUTE)).sum()
    return scene.world.curve.expected(minutes) * count / demand
