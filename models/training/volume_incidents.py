"""Incidents written into the counts of ordinary days, to measure what a detector finds. Never used to fit or to
calibrate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.columns import kinds
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.families import SHOP, effects, event_kinds, service_members, services, width

Counts = NDArray[np.int32]
Mask = NDArray[np.bool_]
Edit = Callable[[Counts, np.random.Generator], Counts]
LEAD = 180  # minutes before an incident that the detector sees
TAIL = 100  # minutes after it


@dataclass(frozen=True, slots=True)
class Incident:
    """What happens from `begin` to `end` (minutes since the epoch); `entity` is the id that should be named."""

    name: str
    begin: int
    end: int
    direction: str
    entity: str
    edit: Edit


def happened(log: MinuteLog, incident: Incident, rng: np.random.Generator) -> MinuteLog:
    """The part of the log around the incident, with the incident in it."""
    part = log.cut(incident.begin - LEAD, incident.end + TAIL)
    counts = part.counts.copy()
    inside = slice(incident.begin - part.first, incident.end - part.first)
    counts[inside] = incident.edit(counts[inside], rng)
    return replace(part, counts=counts)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to draw one kind of incident: length in minutes, hours of the day it may begin in."""

    name: str
    minutes: tuple[int, int]
    hours: tuple[float, float]
    direction: str
    draw: Callable[[NDArray[np.float64], np.random.Generator], tuple[str, Edit]]


def incidents(log: MinuteLog, recipes: Sequence[Recipe], each: int, rng: np.random.Generator) -> list[Incident]:
    """So many of each recipe on random days of the log, of which at least one is whole."""
    drawn = []
    for recipe in recipes:
        for _ in range(each):
            minutes = int(rng.integers(recipe.minutes[0], recipe.minutes[1] + 1))
            begin = _moment(log, recipe, rng)
            around = log.cut(begin - 60, begin + minutes + 60).counts.mean(axis=0)
            entity, edit = recipe.draw(around, rng)
            drawn.append(Incident(recipe.name, begin, begin + minutes, recipe.direction, entity, edit))
    return drawn


def _moment(log: MinuteLog, recipe: Recipe, rng: np.random.Generator) -> int:
    days = np.arange(-(-log.first // DAY), max(log.last // DAY, -(-log.first // DAY) + 1))
    return int(rng.choice(days)) * DAY + int(rng.uniform(*recipe.hours) * 60)


def _thinned(mask: Mask, factor: float, counts: Counts, rng: np.random.Generator) -> Counts:
    changed = counts.copy()
    changed[:, mask] = rng.binomial(counts[:, mask], factor)
    return changed


def _crowded(around: NDArray[np.float64], factor: float, counts: Counts, rng: np.random.Generator) -> Counts:
    """More of what is usual around that time, in clusters of three as one request causes them."""
    more = 3 * rng.poisson(around * (factor - 1) / 3, counts.shape)
    return (counts + more).astype(np.int32)


def of_shop(low: float, high: float) -> Callable[[NDArray[np.float64], np.random.Generator], tuple[str, Edit]]:
    """All traffic times a factor, drawn between the two."""

    def draw(around: NDArray[np.float64], rng: np.random.Generator) -> tuple[str, Edit]:
        factor = float(rng.uniform(low, high))
        everything = np.ones(width(), bool)
        return SHOP.id, partial(_crowded, around, factor) if factor > 1 else partial(_thinned, everything, factor)

    return draw


def no_effect(around: NDArray[np.float64], rng: np.random.Generator) -> tuple[str, Edit]:
    """Commands go on, most events are missing."""
    return SHOP.id, partial(_thinned, event_kinds(), float(rng.uniform(0.25, 0.35)))


def service_stops(around: NDArray[np.float64], rng: np.random.Generator) -> tuple[str, Edit]:
    """Nothing comes from one service, nor what would follow from it."""
    busy = [place for place, mask in enumerate(service_members()) if around[mask & event_kinds()].sum() >= 1.0]
    place = int(rng.choice(busy)) if busy else int(np.argmax([around[mask].sum() for mask in service_members()]))
    return services()[place], partial(_thinned, _and_effects(service_members()[place]), 0.0)


def type_stops(around: NDArray[np.float64], rng: np.random.Generator) -> tuple[str, Edit]:
    """One event type is not published any more."""
    busy = np.flatnonzero(event_kinds() & (around >= min(1.0, around[event_kinds()].max())))
    kind = int(rng.choice(busy))
    return kinds()[kind].name, partial(_thinned, np.eye(width(), dtype=bool)[kind], 0.0)


def _and_effects(mask: Mask) -> Mask:
    return np.any([effects(int(kind)) for kind in np.flatnonzero(mask)], axis=0)
