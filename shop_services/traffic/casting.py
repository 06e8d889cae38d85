"""Which incidents happen, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from shop_services.traffic.curve import DAY
from shop_services.traffic.errors import UnknownScenario
from shop_services.traffic.scenarios import all_variants
from shop_services.traffic.script import Stage, Variant
from shop_services.traffic.world import World, fork

Cast = list[tuple[str, Variant]]
"""Variants with their stems."""

MARGIN_SECONDS = 900.0
ATTEMPTS = 200


def chosen(names: str, *, twins: bool = False, live: bool = False) -> Cast:
    """The variants that `stem[:variant],...`, `all` or `none` means; raises UnknownScenario.

    `all` and a bare stem leave innocent twins out (`twins` adds all of them) and, when `live`, what no shopper can cause.
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


def placed(world: World, cast: Cast, per_day: float | None = None) -> list[Stage]:
    """A stage for each performance, spread over the world's time, apart from each other as far as there is room.

    Each variant plays once, or, with `per_day`, they take turns so that so many incidents begin a day. The first day stays
    quiet when there is more than one, so that there is something to compare with.
    """
    if not cast:
        return []
    rng = fork(world)
    first = world.opening + (DAY if world.end - world.begin > 1.5 * DAY else 1800.0)
    count = len(cast) if per_day is None else round(per_day * (world.end - first) / DAY)
    stages: list[Stage] = []
    for number in range(count):
        stem, variant = cast[number % len(cast)]
        stages.append(_placed(world, stem, variant, rng, first, stages))
    return sorted(stages, key=lambda stage: stage.begin)


def _placed(world: World, stem: str, variant: Variant, rng: Random, first: float, others: Iterable[Stage]) -> Stage:
    for _ in range(ATTEMPTS):
        stage = variant.staged(world, stem, _moment(world, variant, rng, first), fork(world), {})
        if stage.end < world.end and not any(_meet(stage, other) for other in others):
            return stage
    return stage


def _moment(world: World, variant: Variant, rng: Random, first: float) -> float:
    """A moment in the hours of the day in which the variant may begin."""
    for _ in range(ATTEMPTS):
        at = rng.uniform(first, max(world.end - 60 * variant.minutes[0], first + 60))
        if variant.hours[0] <= at % DAY / 3600 < variant.hours[1]:
            return at
    return at


def _meet(stage: Stage, other: Stage) -> bool:
    """Whether two incidents come so close that one could be taken for the other; long ones live beside short ones."""
    if max(stage.seconds, other.seconds) > DAY / 2:
        return False
    return stage.begin - MARGIN_SECONDS < other.end and other.begin - MARGIN_SECONDS < stage.end
