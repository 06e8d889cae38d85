"""Plays the steps against the running shop, at any speed, for as long as wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from shop_services.traffic.actions import Action, Step, StockProduct
from shop_services.traffic.gates import passing
from shop_services.traffic.identities import Identities
from shop_services.traffic.incidents import Incident
from shop_services.traffic.script import Stage
from shop_services.traffic.timeline import Timeline
from shop_services.traffic.truth import append_truth, truth_line
from shop_services.traffic.turns import Turns
from shop_services.traffic.world import World, founding, ordinary_life

AT_ONCE = 128  # actions under way, or waiting for an earlier one of the same shopper
SEEDING_AT_ONCE = 8
SEEDING_ROUNDS = 3
PATIENCE_SECONDS = 5.0


class Doer(Protocol):
    """Carries out actions; `Gateway` is one."""

    async def carry_out(self, action: Action | StockProduct) -> bool:
        """Whether the shop accepted the action."""


class Waiting(Protocol):
    """Knows when a step is due; `Pace` does."""

    def now(self) -> float:
        """The shop's time, seconds since the epoch."""

    async def until(self, at: float) -> float:
        """Sleep until shop time `at`; the wall seconds by which it was missed."""


@dataclass(slots=True)
class LiveShow:
    """A world played through a gateway. `truth` is the file that gets a line when an incident shows itself.

    An action that a slow shop delays is played as soon as it can be; `late_seconds` is the worst delay (wall time). Who
    would have to wait too long gives up, so that a shop that recovers does not meet all that it missed at once.
    """

    world: World
    doer: Doer
    pace: Waiting
    stages: list[Stage]
    truth: Path | None = None
    played: int = 0
    given_up: int = 0
    late_seconds: float = 0.0
    _untold: list[Incident] = field(default_factory=list)

    async def seed(self) -> int:
        """Bring products and first shoppers in as fast as the shop takes them; gives how many actions it did not take.

        What fails is tried again: a shop that has just started is slow, and a missing product would stay missing.
        """
        left = list(Timeline(founding(self.world)))
        for _ in range(SEEDING_ROUNDS):
            left = await self._seed(left)
        return len(left)

    async def _seed(self, steps: list[Step]) -> list[Step]:
        """Play steps at once; those that were not accepted come back."""
        left: list[Step] = []

        async def one(step: Step) -> None:
            if not await self._carry_out(step):
                left.append(step)

        async with Turns(SEEDING_AT_ONCE) as turns:
            for step in steps:
                await turns.take(_actor(step), partial(one, step))
        return left

    async def play(self) -> None:
        """Play until the world's end."""
        self._untold = [stage.incident for stage in self.stages]
        actors = ordinary_life(self.world) + [stage.actor() for stage in self.stages]
        async with Turns(AT_ONCE) as turns:
            for step in passing(self._before_end(Timeline(actors)), self.world.gates):
                late = await self.pace.until(step.at)
                self.late_seconds = max(self.late_seconds, late)
                self._tell_truth(self.world.identities)
                await self._play(step, late, turns)
        self._tell_truth(self.world.identities)

    async def _play(self, step: Step, late: float, turns: Turns) -> None:
        async def act() -> None:
            await self._carry_out(step)

        if late < PATIENCE_SECONDS or step.incident is not None or isinstance(step.action, StockProduct):
            await turns.take(_actor(step), act)
        else:
            self.given_up += 1

    async def _carry_out(self, step: Step) -> bool:
        begun = max(step.at, self.pace.now())
        accepted = await self.doer.carry_out(step.action)
        self.played += 1
        if accepted and step.incident is not None and step.incident.first_seen is None:
            step.incident.first_seen = begun
        return accepted

    def _before_end(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            if step.at >= self.world.end:
                return
            yield step

    def _tell_truth(self, ids: Identities) -> None:
        """Write down what has begun to show."""
        for incident in [one for one in self._untold if one.first_seen is not None]:
            line = truth_line(incident, ids, injected_at=datetime.now(UTC))
            if line is not None:
                self._untold.remove(incident)
                if self.truth is not None:
                    append_truth(self.truth, line)


def _actor(step: Step) -> int | str:
    """Who or what an action belongs to: a shopper's number or a product's code."""
    action = step.action
    return action.shopper if isinstance(action, Action) else action.code if isinstance(action, StockProduct) else ""
