"""Whose deviation is it? One incident moves many counts; one entity should be named.

The counts of one window are looked at in kinds. The shop is to blame only if it deviates without any single service
and without any single flow (say orders and all that follows from them); a service only if it deviates without any of
its kinds, more than the rest of the shop does and more than others ask of it; a kind only if neither its causes nor
its surroundings deviate alike. All comparisons are of log ratios of seen to expected, so "alike" means the same
factor.
"""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.facts import EntityKind
from models.volume.families import (
    VISITS,
    Group,
    ancestors,
    effects,
    event_kinds,
    flows,
    groups,
    messages,
    service_members,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
CLUSTER = 0.5  # events, whose standard deviation is forgiven to what seems not to share it
PRIOR = 2.0  # events added to both sides of a ratio, so that little is no evidence
DOUBTFUL = 4.0  # nats for the ordinary from which a deviation may be over; twice as many and it is
LARGEST = 2.0  # log ratio beyond which none is asked
FOLLOWS = 0.8  # share of what a service does that others ask for, from which they answer for its volume
RELEVANT = 0.2  # share of the expected volume that what remains must have to say anything


def own_share(group: int, seen: Floats, expected: Floats, *, kinds_are_judged: bool) -> Floats:
    """(n,) in 0..1: how much of the group's deviation is its own; counts are (n, n_kinds) of n windows.

    Where single kinds are judged too, a deviation of one kind is that kind's, even if its service publishes nothing
    else.
    """
    members = groups()[group].members.astype(np.float64)
    due = (expected @ members)[:, None]
    own = log_ratio((seen @ members)[:, None], due)  # (n, 1)
    rest, beside = _rest(group, kinds_are_judged), _beside(group)
    forgiven = np.sqrt(CLUSTER / (expected @ rest + PRIOR)) / np.maximum(np.abs(own), 1e-6)
    alike = _quotient(log_ratio(seen @ rest, expected @ rest), own) + forgiven
    persists = np.clip(alike / 0.3 - 1.0, 0.0, 1.0)
    says_nothing = (expected @ rest < RELEVANT * due) & rest.any(axis=0)
    unexplained = _unexplained(_quotient(log_ratio(seen @ beside, expected @ beside), own))
    parts = [np.where(says_nothing, 1.0, persists), unexplained, _not_called_for(group, seen, expected, own, due)]
    share = np.concatenate(parts, axis=1).min(axis=1, initial=1.0)
    if groups()[group].role == VISITS:  # more visits are nobody's but the shop's, before they bring anything
        share = np.where(own[:, 0] > 0, 1.0, share)
    whole, without = _wholes(group)
    is_all_there_is = expected @ without <= RELEVANT * (expected @ whole)  # then the whole is named instead
    return np.asarray(np.where(is_all_there_is.any(axis=1), 0.0, share))


def log_ratio(seen: Floats, expected: Floats) -> Floats:
    """Log of seen to expected, drawn towards 0 where both are small; any shape."""
    return np.asarray(np.log((seen + PRIOR) / (expected + PRIOR)))


def _not_called_for(group: int, seen: Floats, expected: Floats, own: Floats, due: Floats) -> Floats:
    """(n, 0 or 1) in 0..1: how far a service that does what others ask for deviates more than they ask."""
    causes, called = _upstream(group)
    if not called.any():
        return np.empty((len(seen), 0))
    alike = _quotient(log_ratio((seen @ causes)[:, None], (expected @ causes)[:, None]), own)
    follows = (expected @ called)[:, None] >= FOLLOWS * due
    return np.where(follows, _unexplained(alike), 1.0)


@cache
def _upstream(group: int) -> tuple[Floats, Floats]:
    """(n_kinds,) each: of a service, what other services say that makes it do something, and what it does then."""
    held = groups()[group]
    causes, called = np.zeros(len(held.members)), np.zeros(len(held.members))
    if held.entity.kind is EntityKind.SERVICE:
        own = _service_of(held)
        for kind in np.flatnonzero(held.members).tolist():
            outside = [cause for cause in ancestors(kind) if not own[cause]]
            if outside and not any(own[cause] for cause in ancestors(outside[0])):
                causes[outside[0]] = called[kind] = 1.0
    return causes, called


@cache
def _rest(group: int, kinds_are_judged: bool) -> Floats:
    """(n_kinds, n_rests): what must deviate too; the group without each service, each kind, each flow that is not all
    of it.
    """
    held = groups()[group]
    if held.entity.kind is EntityKind.EVENT_TYPE:
        return np.empty((len(held.members), 0))
    if held.role == VISITS:
        held = replace(held, members=messages())
    single = (
        service_members()
        if held.entity.kind is EntityKind.SHOP
        else np.eye(len(held.members), dtype=bool)[held.members]
    )
    rests = [held.members & ~part for part in single if kinds_are_judged or (held.members & ~part).any()]
    rests += [held.members & ~flow for flow in flows() if (held.members & ~flow).any()]
    return np.stack(rests, axis=1).astype(np.float64)


@cache
def _beside(group: int) -> Floats:
    """(n_kinds, n_sets): sets of kinds outside the group that may share, and so explain, its deviation."""
    held = groups()[group]
    if held.entity.kind is EntityKind.SHOP:
        return np.empty((len(held.members), 0))
    service = _service_of(held)
    if held.entity.kind is EntityKind.SERVICE:
        return np.stack([messages() & ~service, event_kinds() & ~service], axis=1).astype(np.float64)
    around = _around_kind(int(np.flatnonzero(held.members)[0]), service)
    return np.stack(around, axis=1).astype(np.float64)


@cache
def _wholes(group: int) -> tuple[Floats, Floats]:
    """(n_kinds, n_wholes) each: what the group is part of, and that without the group and what follows from it."""
    held = groups()[group]
    everything = messages()
    wholes = [] if held.entity.kind is EntityKind.SHOP else [everything]
    reach = held.members
    if held.entity.kind is EntityKind.EVENT_TYPE:
        reach = effects(int(np.flatnonzero(held.members)[0]))
        wholes += [mask for mask in service_members() if (mask & held.members).any()]
    shape = (len(wholes), len(everything))
    parts = [whole & ~reach for whole in wholes]
    return np.reshape(wholes, shape).T.astype(np.float64), np.reshape(parts, shape).T.astype(np.float64)


def _around_kind(kind: int, service: Mask) -> tuple[Mask, ...]:
    """The causes of a kind, and what goes on beside it; its own effects say nothing."""
    beside = ~effects(kind) & messages()
    alike = event_kinds() == event_kinds()[kind]
    near = service & beside
    causes = [np.eye(len(service), dtype=bool)[cause] for cause in ancestors(kind)]
    return (beside, beside & alike, near, near & alike, *causes)


def still_on(whole: Floats, come: Floats, due: Floats) -> Floats:
    """In 0..1: how far the deviation of a long span goes on at its end, as far as its end can tell; any shape.

    `whole` is the log ratio of the span; `come` and `due` are what was seen and expected in its newest part, in
    independent events. It is over as far as these speak for the ordinary rate against the span's, in nats.
    """
    ratio = np.clip(whole, -LARGEST, LARGEST)
    return np.asarray(np.clip(2.0 - (due * np.expm1(ratio) - come * ratio) / DOUBTFUL, 0.0, 1.0))


def _service_of(group: Group) -> Mask:
    """(n_kinds,) bool: the first service that the group's kinds are of."""
    return next(mask for mask in service_members() if (mask & group.members).any())


def _unexplained(alike: Floats) -> Floats:
    """In 0..1: how far a deviation is more than what others share, whose is alike by so much (1: the same factor)."""
    return np.clip((0.6 - alike) / 0.25, 0.0, 1.0)


def _quotient(value: Floats, by: Floats) -> Floats:
    return np.asarray(value / np.where(np.abs(by) < 1e-6, 1e-6, by))
