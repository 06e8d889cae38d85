"""Which incidents happen, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from shop_services.traffic.curve import DAY
from shop_services.traffic.errors import UnknownScenario
from shop_services.traffic.plan import PLANS, Planned
from shop_services.traffic.scenarios import all_variants
from shop_services.traffic.script import Stage, Variant
from shop_services.traffic.world import World, fork

Cast = list[tuple[str, Variant]]
"""Variants with their stems."""

MARGIN_SECONDS = 900.0
ATTEMPTS = 200


def chosen(names: str, *, twins: bool = False, live: bool = False) -> Cast:
    """The variants that `stem[:variant],...`, `all` or `none` means; raises UnknownScenario.

    `all` and a bare stem leave innocent twins out (`twins` adds all of them) and, when `live`, what no shopper can
    cause.
    """
    variants = all_variants()
    wanted = {
        key for name in names.split(",") if name not in ("none", "") for key in _meant(name.strip(), variants, live)
    }
    innocent = {key for key, variant in variants.items() if twins and variant.innocent}
    return [(key[0], variants[key]) for key in sorted(wanted | innocent)]


def _meant(name: str, variants: dict[tuple[str, str], Variant], live: bool) -> list[tuple[str, str]]:
    stem, _, variant = name.partition(":")
    if variant:
        meant = [key for key in variants if key == (stem, variant)]
        unfit = [key for key in meant if live and not variants[key].live]
    else:
        meant = [
            key for key, v in variants.items() if name in ("all", key[0]) and not v.innocent and (v.live or not live)
        ]
        unfit = []
    if not meant or unfit:
        raise UnknownScenario(name, sorted(f"{s}:{v.name}" for (s, _), v in variants.items() if v.live or not live))
    return meant


def planned(name: str) -> tuple[Planned, ...]:
    """The plan of that name; raises UnknownScenario."""
    if name not in PLANS:
        raise UnknownScenario(name, sorted(PLANS))
    return PLANS[name]


def staged_plan(world: World, plan: Iterable[Planned], start: float) -> list[Stage]:
    """Stages for what the simulator itself does of a plan, counted from shop time `start`; what is past is left out."""
    variants = all_variants()
    own = [item for item in plan if not item.by_runner and start + 60 * item.minute >= world.begin]
    return [
        variants[item.scenario, item.variant].staged(
            world, item.scenario, start + 60 * item.minute, fork(world), item.fixed
        )
        for item in own
    ]


def placed(world: World, cast: Cast, per_day: float | None = None, until: float | None = None) -> list[Stage]:
    """A stage for each performance, spread over the world's time, apart from each other as far as there is room.

    Each variant plays once, or, with `per_day`, they take turns so that so many incidents begin a day. The first day
    stays quiet when there is more than one, so that there is something to compare with. `until` ends the time before
    the world does.
    """
    rng = fork(world)
    end = world.end if until is None else until
    first = world.opening + (DAY if end - world.begin > 1.5 * DAY else 1800.0)
    count = len(cast) if per_day is None else round(per_day * (end - first) / DAY)
    stages: list[Stage] = []
    for number in range(count if cast else 0):
        stem, variant = cast[number % len(cast)]
        stages.append(_placed(world, stem, variant, Span(first, end, rng), stages))
    return sorted(stages, key=lambda stage: stage.begin)


@dataclass(frozen=True, slots=True)
class Span:
    """The time in which incidents may begin, and the chance that says when."""

    first: float
    end: float
    rng: Random

    def moment(self, variant: Variant) -> float:
        """A moment in the hours of the day in which the variant may begin, if there is one."""
        for _ in range(ATTEMPTS):
            at = self.rng.uniform(self.first, max(self.end - 60 * variant.minutes[0], self.first + 60))
            if variant.hours[0] <= at % DAY / 3600 < variant.hours[1]:
                break
        return at


def _placed(world: World, stem: str, variant: Variant, span: Span, others: Iterable[Stage]) -> Stage:
    for _ in range(ATTEMPTS):
        stage = variant.staged(world, stem, span.moment(variant), fork(world), {})
        if stage.end < span.end and not any(_meet(stage, other) for other in others):
            break
    return stage


def _meet(stage: Stage, other: Stage) -> bool:
    """Whether two incidents come so close that one could be taken for the other; long ones live beside short ones."""
    if max(stage.seconds, other.seconds) > DAY / 2:
        return False
    return stage.begin - MARGIN_SECONDS < other.end and other.begin - MARGIN_SECONDS < stage.end
