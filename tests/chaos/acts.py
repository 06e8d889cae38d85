"""What is done to the workers and when, drawn from a seed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal, NamedTuple

Verb = Literal["kill", "leave", "pause", "start", "resume"]

GAP_SECONDS = (2.0, 7.0)  # between two blows
AWAY_SECONDS = {"kill": (0.0, 5.0), "leave": (0.5, 5.0), "pause": (8.0, 12.0)}  # a pause outlasts the session of 6 s
UP_SECONDS = 9.0  # a worker back for so long may be struck again: it has joined and reads by then
BACK: dict[str, Verb] = {"kill": "start", "leave": "start", "pause": "resume"}


class Act(NamedTuple):
    """One thing that happens to one worker, seconds after the beginning."""

    at: float
    verb: Verb
    worker: int


@dataclass(slots=True)
class Drawing:
    """Draws the acts; knows who is away."""

    chance: Random
    workers: int
    free_at: list[float] = field(init=False)  # from then on this worker may be struck

    def __post_init__(self) -> None:
        self.free_at = [UP_SECONDS] * self.workers

    def acts(self, kills: int) -> list[Act]:
        """So many kills, for every four of them a worker that leaves and one that is paused, one pause at least."""
        kill: list[Verb] = ["kill"]
        others: list[Verb] = ["pause", "leave"]
        verbs = kill * kills + (others * (kills // 4) or others[:1])
        self.chance.shuffle(verbs)
        now = UP_SECONDS
        drawn: list[Act] = []
        for verb in verbs:
            now = max(now + self.chance.uniform(*GAP_SECONDS), min(self.free_at))
            drawn += self._blow(now, verb)
        return sorted(drawn)

    def _blow(self, now: float, verb: Verb) -> Iterator[Act]:
        worker = self.chance.choice([number for number, free in enumerate(self.free_at) if free <= now])
        back = now + self.chance.uniform(*AWAY_SECONDS[verb])
        self.free_at[worker] = back + UP_SECONDS
        yield Act(now, verb, worker)
        yield Act(back, BACK[verb], worker)


def draw_acts(chance: Random, workers: int, kills: int) -> list[Act]:
    """What happens to `workers` workers, in order of time; every one that goes away comes back."""
    return Drawing(chance, workers).acts(kills)
