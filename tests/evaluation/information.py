"""How soon anybody can know: evidence against "as usual" grows by `L (r ln r - r + 1)` nats a minute.

L is the expected number of messages a minute, r the factor by which they changed. 14 nats are odds of a million to
one; a budget is three times that, and never less than what the situation is listed with.
"""

from collections.abc import Iterable

import numpy as np

from tests.evaluation.messages import kinds
from tests.evaluation.scene import NotStageable, Scene
from tests.evaluation.spans import MINUTE

NATS = 3 * 14.0


def deadline(scene: Scene, codes: Iterable[int], factor: float, begin: int, end: int, listed: float) -> int:
    """By when the change of these kinds in [begin, end) must be told; NotStageable where it cannot be known by its end.

    `listed` is the budget in minutes of a shop that is large enough.
    """
    gain = factor * np.log(factor) - factor + 1 if factor > 0 else 1.0
    minutes = np.arange(begin // MINUTE, end // MINUTE + 1)
    known = np.flatnonzero(np.cumsum(_per_minute(scene, codes, minutes)) * gain >= NATS)
    if not len(known):
        raise NotStageable("too little happens for anybody to know before it is over")
    return max(begin + int(listed * MINUTE), int(minutes[known[0]] + 1) * MINUTE)


def rate(scene: Scene, codes: Iterable[int], moment: int) -> float:
    """Expected messages of these kinds a minute."""
    return float(_per_minute(scene, codes, np.array([moment // MINUTE]))[0])


def visits(scene: Scene, begin: int, end: int) -> float:
    """Expected visits in a span."""
    minutes = np.arange(begin // MINUTE, end // MINUTE)
    return float(scene.world.visits_a_day / 1440 * scene.world.curve.expected(minutes).sum())


def events() -> list[int]:
    """Codes of all domain events."""
    return [number for number, kind in enumerate(kinds()) if not kind.is_command]


def _per_minute(scene: Scene, codes: Iterable[int], minutes: np.ndarray) -> np.ndarray:
    """From the training days: how many messages of these kinds a visit brings."""
    world, said = scene.base.world, scene.base.messages
    trained = said.time < world.trained_until
    count = np.count_nonzero(trained & np.isin(said.kind, list(codes)))
    demand = world.curve.expected(np.arange(world.start // MINUTE, world.trained_until // MINUTE)).sum()
    return scene.world.curve.expected(minutes) * count / demand
