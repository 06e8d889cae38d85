"""Everybody's steps in one order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count

from shop_services.traffic.actions import Actor, Entrance, Step


class Timeline:
    """Merges actors (iterators of steps in order of time) into one; actors may let further actors in by an `Entrance`.

    An actor is asked for its next step only after its last one was carried out, so a month takes no more memory than a
    minute. A step that lies in the past (its actor was kept longer than it thought) happens at once: time never runs
    backwards.
    """

    def __init__(self, actors: Iterable[Actor] = ()) -> None:
        self._waiting: list[tuple[float, int, Step | Entrance, Actor]] = []
        self._arrived = count()
        self._now = float("-inf")
        for actor in actors:
            self.admit(actor)

    def admit(self, actor: Actor) -> None:
        """Let an actor in."""
        step = next(actor, None)
        if step is not None:
            heappush(self._waiting, (max(step.at, self._now), next(self._arrived), step, actor))

    def __iter__(self) -> Iterator[Step]:
        while self._waiting:
            self._now, _, step, actor = heappop(self._waiting)
            if isinstance(step, Entrance):
                self.admit(step.actor)
            else:
                yield step if step.at == self._now else replace(step, at=self._now)
            self.admit(actor)
