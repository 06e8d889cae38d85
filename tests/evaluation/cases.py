"""Which situations there are, and one of them as a continuation of a history."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from tests.evaluation.curve import peak_hour
from tests.evaluation.history import EVERY, History
from tests.evaluation.messages import Messages
from tests.evaluation.scene import NotStageable, Scene
from tests.evaluation.situations import Situation, daily, price, stock, usage
from tests.evaluation.spans import DAY, HOUR, MINUTE
from tests.evaluation.truth import Truth
from tests.evaluation.world import World

BY_FAMILY: dict[str, tuple[Situation, ...]] = {
    "price_exploit": price.SITUATIONS,
    "stock_exhaustion": stock.SITUATIONS,
    "usage_intensity": usage.SITUATIONS,
    "daily_workload": daily.SITUATIONS,
}
TAIL = 50 * MINUTE  # of ordinary traffic behind what is staged


@dataclass(frozen=True, slots=True)
class Case:
    """A continuation and the truth about it."""

    truth: Truth
    begin: int  # the moment of the history it continues, ms
    end: int
    messages: Messages  # in order of arrival


def situations(families: tuple[str, ...]) -> Iterator[tuple[str, Situation]]:
    """Family and situation, of the families."""
    for family in families:
        for situation in BY_FAMILY[family]:
            yield family, situation


def draw_case(history: History, family: str, situation: Situation, draw: int) -> Case:
    """The draw-th case of a situation, reproducible; NotStageable when the shop cannot show it."""
    number = [one.name for one in BY_FAMILY[family]].index(situation.name)
    rng = np.random.default_rng([history.world.seed, 4, *family.encode(), number, draw])
    last = NotStageable("never tried")
    for _ in range(4):  # another product or time may do
        try:
            return _staged(history, family, situation, rng)
        except NotStageable as error:
            last = error
    raise last


def _staged(history: History, family: str, situation: Situation, rng: np.random.Generator) -> Case:
    moment = _moment(history, situation, rng)
    begin = (moment - situation.lead) // EVERY * EVERY
    begin = max(begin, history.world.trained_until)
    end, world = moment + situation.lasts + TAIL, _world(history, situation, moment, rng)
    scene = Scene(history, begin, end, rng, world, situation.unrest)
    judged = situation.stage(scene, moment)
    messages = scene.messages()
    truth = replace(judged(messages), family=family, situation=situation.name)
    end = min(scene.end, max(truth.end, truth.deadline) + TAIL)
    arrived = np.where(messages.arrived > 0, messages.arrived, messages.time)
    return Case(truth, scene.begin, end, messages.take(arrived < end))


def _moment(history: History, situation: Situation, rng: np.random.Generator) -> int:
    """When it begins: on one of the first days behind the training, at an hour that suits it."""
    low, high = situation.hours
    if situation.at_peak:
        peak = peak_hour(history.world.curve)
        low, high = peak - 0.7, peak + 0.3
    day = history.world.trained_until + int(rng.choice(situation.days)) * DAY
    return day + int(rng.uniform(low, high) * HOUR)


def _world(history: History, situation: Situation, moment: int, rng: np.random.Generator) -> World:
    """The history's shop, with the clocks changed where the situation is about that."""
    if not situation.shifts:
        return history.world
    curve = replace(history.world.curve, shifted_from=moment, shift=int(rng.choice([60, -60])))
    return replace(history.world, curve=curve)
