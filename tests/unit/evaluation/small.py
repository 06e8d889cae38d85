"""Shops of the judge, small and drawn once."""

from dataclasses import replace
from functools import cache

from tests.evaluation.history import History, draw_history
from tests.evaluation.world import Habits, draw_world

SMALL, MIDDLE, LARGE = 3, 1, 2  # seeds


@cache
def history(seed: int = SMALL, days: int = 7) -> History:
    """A shop's life of a week and four clean days."""
    return draw_history(draw_world(seed, days), clean_days=4)


@cache
def strict_history() -> History:
    """A shop that tells all its stock and never sells what it has not."""
    world = draw_world(SMALL, 7)
    return draw_history(replace(world, habits=told(world.habits)), clean_days=4)


def told(habits: Habits) -> Habits:
    """The same people in a shop that tells everything."""
    return replace(habits, announces_start=True, oversells=False, names_user=True)
