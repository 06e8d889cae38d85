"""Plays the steps against the running shop, at any speed, for as long as wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from shop_services.traffic.actions import Action, Step, StockProduct
from shop_services.traffic.gates import passing
from shop_services.traffic.identities import Identities
from shop_services.traffic.incidents import Incident
from shop_services.traffic.script import Stage
from shop_services.traffic.timeline import Timeline
from shop_services.traffic.truth import append_truth, truth_line
from shop_services.traffic.world import World, founding, ordinary_life

AT_ONCE = 128  # actions under way, or waiting for an earlier one of the same shopper
SEEDING_AT_ONCE = 16
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
    _latest: dict[int | str, asyncio.Task[None]] = field(default_factory=dict)
    _untold: list[Incident] = field(default_factory=list)

    async def seed(self) -> int:
        """Bring products and first shoppers in as fast as the shop takes them; gives the number of actions."""
        before = self.played
        async with asyncio.TaskGroup() as tasks:
            slots = asyncio.Semaphore(SEEDING_AT_ONCE)
            for step in Timeline(founding(self.world)):
                await self._begin(step, slots, tasks)
        return self.played - before

    async def play(self) -> None:
        """Play until the world's end."""
        self._untold = [stage.incident for stage in self.stages]
        actors = ordinary_life(self.world) + [stage.actor() for stage in self.stages]
        async with asyncio.TaskGroup() as tasks:
            slots = asyncio.Semaphore(AT_ONCE)
            for step in passing(self._before_end(Timeline(actors)), self.world.gates):
                late = await self.pace.until(step.at)
                self.late_seconds = max(self.late_seconds, late)
                self._tell_truth(self.world.identities)
                if late < PATIENCE_SECONDS or step.incident is not None or isinstance(step.action, StockProduct):
                    await self._begin(step, slots, tasks)
                else:
                    self.given_up += 1
        self._tell_truth(self.world.identities)

    async def _begin(self, step: Step, slots: asyncio.Semaphore, tasks: asyncio.TaskGroup) -> None:
        """Start an action once there is room for it; those of one shopper (or product) stay in order."""
        await slots.acquire()
        actor = _actor(step)
        task = tasks.create_task(self._one(step, self._latest.get(actor), slots))
        self._latest[actor] = task
        task.add_done_callback(lambda done: self._forget(actor, done))

    async def _one(self, step: Step, earlier: asyncio.Task[None] | None, slots: asyncio.Semaphore) -> None:
        try:
            if earlier is not None:
                await asyncio.wait((earlier,))
            await self._carry_out(step)
        finally:
            slots.release()

    async def _carry_out(self, step: Step) -> None:
        begun = max(step.at, self.pace.now())
        accepted = await self.doer.carry_out(step.action)
        self.played += 1
        if accepted and step.incident is not None and step.incident.first_seen is None:
            step.incident.first_seen = begun

    def _forget(self, actor: int | str, done: asyncio.Task[None]) -> None:
        if self._latest.get(actor) is done:
            del self._latest[actor]

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
