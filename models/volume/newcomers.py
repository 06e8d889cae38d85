"""Services and message types that the past says too little of.

What is expected of them is made of days without them: of a new one nothing at first, and half of what it brings once
it was there on half of those days. So a detector can be ready, and a newcomer's ordinary day still look like too much.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.census import Census, Newcomer
from models.entity import Entity
from models.facts import EntityKind
from models.volume.counts import DAY, KEPT_DAYS
from models.volume.families import entities, groups, messages, service_members, width
from models.volume.past import Past
from models.windows import MINUTE


def census(past: Past, watermark: int) -> Census:
    """Of all services and message types that were heard of, at event time `watermark`, ms."""
    today = past.counts.closed_until // DAY
    heard = past.heard(today) @ _members()  # (n_days, n_entities)
    is_known = heard.any(axis=0) | (past.heard_on(today) @ _members())
    if not len(heard) or not past.is_warm(past.counts.closed_until):
        return Census(0, int(is_known.sum()))
    age = np.where(heard.any(axis=0), len(heard) - heard.argmax(axis=0), 0)  # days since it was first heard of
    new = np.flatnonzero(is_known & (2 * age < len(heard))).tolist()
    named = tuple(_newcomer(_named()[at], int(age[at]), len(heard), past, watermark) for at in new)
    return Census(int(is_known.sum()) - len(named), len(named), named)


def _newcomer(entity: Entity, age: int, known: int, past: Past, watermark: int) -> Newcomer:
    more = next(days for days in range(1, known + 2) if 2 * (age + days) >= min(known + days, KEPT_DAYS))
    counts = past.counts
    first = max(counts.closed_until // DAY, -(-counts.known_from // DAY))  # the next day that will be seen whole
    left = (first + more) * DAY * MINUTE - watermark
    told = f"there on {age} of the {known} days that say what to expect; {age + more} are needed"
    return Newcomer(entity, told, max(left, 0) / 1000)


@cache
def _named() -> tuple[Entity, ...]:
    """The services, then all message types in the order of their codes."""
    return (*entities()[1:], *(group.entity for group in groups() if group.entity.kind is EntityKind.EVENT_TYPE))


@cache
def _members() -> NDArray[np.bool_]:
    """(n_kinds, n_entities) bool: the kinds of each of `_named`."""
    return np.concatenate([service_members(), np.eye(width(), dtype=bool)[messages()]]).T
