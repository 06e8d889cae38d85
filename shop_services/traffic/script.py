"""What a scenario is made of: variants, each a script that plays on a stage. Pure.

A script is a generator of steps, like any actor; it may also change the demand, close gates or tamper with services. It
runs from the beginning of its incident and fills in the incident's subject when it has chosen one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from shop_services.traffic.actions import Activate, Actor, Browse, Entrance, Register, Step, moment
from shop_services.traffic.incidents import Incident, Kind
from shop_services.traffic.market import Market
from shop_services.traffic.world import World

Script = Callable[["Stage"], Actor]
_HARMLESS = (Register, Activate, Browse)


@dataclass(slots=True)
class Stage:
    """Where a script plays: the world, its own stream of chance, the incident, and parameters that were fixed
    beforehand.
    """

    world: World
    rng: Random
    incident: Incident
    script: Script
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def market(self) -> Market:
        """The shop's market."""
        return self.world.market

    @property
    def begin(self) -> float:
        """When the incident begins, shop time in seconds."""
        return self.incident.begin

    @property
    def end(self) -> float:
        """When the incident ends, shop time in seconds."""
        return self.incident.end

    @property
    def seconds(self) -> float:
        """How long the incident lasts."""
        return self.incident.end - self.incident.begin

    def happens_to(self, subject: int | str) -> None:
        """The incident is there from its beginning on, without a step of its own that would show it."""
        self.incident.subject = subject
        self.incident.first_seen = self.incident.begin

    def actor(self) -> Actor:
        """The script as an actor that wakes up when the incident begins and whose steps carry the incident."""
        yield moment(self.begin)
        yield from _tagged(self.script(self), self.incident)

    def draw(self, name: str, low: float, high: float) -> float:
        """A number between two bounds, unless it was fixed."""
        drawn = self.rng.uniform(low, high)
        return self.fixed.get(name, drawn)

    def moments(self, count: int, begin: float, end: float) -> list[float]:
        """`count` moments between two others, in order."""
        return sorted(self.rng.uniform(begin, end) for _ in range(count))


@dataclass(frozen=True, slots=True)
class Variant:
    """One way for a scenario to happen.

    `kind` is what the incident is about, `minutes` how long it lasts, `hours` the hours of the day in which it may
    begin. `live` is False when only the in-process shop can show it; `innocent` when nothing is wrong.
    """

    name: str
    script: Script
    kind: Kind
    minutes: tuple[float, float]
    about: str
    hours: tuple[float, float] = (8.0, 22.0)
    live: bool = True
    innocent: bool = False

    def staged(self, world: World, stem: str, begin: float, rng: Random, fixed: Mapping[str, float]) -> Stage:
        """A stage for one performance that begins at `begin`; its length is drawn unless `fixed` holds `minutes`."""
        drawn = rng.uniform(*self.minutes)
        end = begin + 60 * fixed.get("minutes", drawn)
        incident = Incident(stem, self.name, self.kind, "", begin, end, self.about, self.innocent)
        return Stage(world, rng, incident, self.script, fixed)


def _tagged(actor: Actor, incident: Incident) -> Actor:
    for step in actor:
        if isinstance(step, Entrance):
            yield Entrance(step.at, _tagged(step.actor, incident))
        else:
            yield Step(step.at, step.action, None if isinstance(step.action, _HARMLESS) else incident)
