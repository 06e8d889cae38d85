"""Whose deviation is it? One incident moves many counts; one entity should be named.

The counts of one window are looked at in kinds. The shop is to blame only if it deviates without any single service and
without any single flow (say orders and all that follows from them); a service only if it deviates without any of its kinds and
more than the rest of the shop does; a kind only if neither its causes nor its surroundings deviate alike.
All comparisons are of log ratios of seen to expected, so "alike" means the same factor.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.facts import EntityKind
from models.volume.families import ancestors, effects, event_kinds, flows, groups, service_members

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
PRIOR = 2.0  # events added to both sides of a ratio, so that little is no evidence
RELEVANT = 0.2  # share of the expected volume that what remains must have to say anything


def own_share(group: int, seen: Floats, expected: Floats, *, kinds_are_judged: bool) -> Floats:
    """(n,) in 0..1: how much of the group's deviation is its own; counts are (n, n_kinds) of n windows.

    Where single kinds are judged too, a deviation of one kind is that kind's, even if its service publishes nothing else.
    """
    held = groups()[group]
    own = _log_ratio(held.members, seen, expected)
    share = np.ones(len(seen))
    for part in _parts(group, kinds_are_judged):
        share = np.minimum(share, _persists(own, held.members & ~part, held.members, seen, expected))
    for mask in _explanations(group):
        share = np.minimum(share, _unexplained(own, _log_ratio(mask, seen, expected)))
    return share


def log_ratio(seen: Floats, expected: Floats) -> Floats:
    """Log of seen to expected, drawn towards 0 where both are small; any shape."""
    return np.asarray(np.log((seen + PRIOR) / (expected + PRIOR)))


@cache
def _parts(group: int, kinds_are_judged: bool) -> tuple[Mask, ...]:
    """What a group must deviate without: each service of the shop, each kind of a service, each flow that is not all of it."""
    held = groups()[group]
    if held.entity.kind is EntityKind.EVENT_TYPE:
        return ()
    flowing = [flow for flow in flows() if (held.members & ~flow).any()]
    single = service_members() if held.entity.kind is EntityKind.SHOP else np.eye(len(held.members), dtype=bool)[held.members]
    leaving = [part for part in single if kinds_are_judged or (held.members & ~part).any()]
    return (*leaving, *flowing)


@cache
def _explanations(group: int) -> tuple[Mask, ...]:
    """Sets of kinds outside the group that may share, and so explain, its deviation."""
    held = groups()[group]
    events = event_kinds()
    if held.entity.kind is EntityKind.SHOP:
        return ()
    service = next(mask for mask in service_members() if (mask & held.members).any())
    if held.entity.kind is EntityKind.SERVICE:
        return (~service, events & ~service)
    return _around_kind(int(np.flatnonzero(held.members)[0]), service)


def _around_kind(kind: int, service: Mask) -> tuple[Mask, ...]:
    """The causes of a kind, and what goes on beside it; its own effects say nothing, unless its service does nothing else."""
    itself = np.eye(len(service), dtype=bool)[kind]
    beside = ~effects(kind)
    alike = event_kinds() == event_kinds()[kind]
    near = service & beside if (service & beside).any() else service & ~itself
    causes = [np.eye(len(service), dtype=bool)[cause] for cause in ancestors(kind)]
    return (beside, beside & alike, near, near & alike, *causes)


def still_on(whole: Floats, recent: Floats) -> Floats:
    """In 0..1: how far a deviation of a long span goes on at its end; both are log ratios, any shape."""
    return np.asarray(np.clip((_quotient(recent, whole) - 0.2) / 0.3, 0.0, 1.0))


def _persists(own: Floats, rest: Mask, whole: Mask, seen: Floats, expected: Floats) -> Floats:
    """Near 1 where the rest deviates like the whole, 0 where it is ordinary."""
    alike = np.clip(_quotient(_log_ratio(rest, seen, expected), own) / 0.3 - 1.0, 0.0, 1.0)
    if not rest.any():
        return np.zeros(len(own))
    weighs = expected[:, rest].sum(axis=1) >= RELEVANT * expected[:, whole].sum(axis=1)
    return np.where(weighs, alike, 1.0)


def _unexplained(own: Floats, other: Floats) -> Floats:
    """Near 0 where the other deviates by the same factor, 1 where it does not at all."""
    return np.clip((0.6 - _quotient(other, own)) / 0.25, 0.0, 1.0)


def _quotient(value: Floats, by: Floats) -> Floats:
    return np.asarray(value / np.where(np.abs(by) < 1e-6, 1e-6, by))


def _log_ratio(mask: Mask, seen: Floats, expected: Floats) -> Floats:
    if not mask.any():
        return np.zeros(len(seen))
    return log_ratio(seen[:, mask].sum(axis=1), expected[:, mask].sum(axis=1))
