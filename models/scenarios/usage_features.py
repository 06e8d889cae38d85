"""From counts of a stretch of minutes to rows of the One-Class SVM: how far each group is from what was expected."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.columns import kind_code, kinds
from models.volume.attribution import log_ratio, own_share, still_on
from models.volume.families import CAUSE, ONE_OF_SEVERAL, groups, membership, related
from models.volume.lately import Lately
from models.volume.past import Stretch, span_sums
from models.volume.surprise import Dispersion

Floats = NDArray[np.float64]
SPANS = (1, 5, 15, 60)  # minutes
STRAY = 0.05  # of the usual requests that may come late or twice, without their effects
HUSH = 15  # minutes for which a stronger deviation silences weaker ones of what belongs to it
LOOK_BACK = max(SPANS)
EFFECT_SPANS = (5, 15)  # minutes
FEATURES = (
    "deviation_strongest",
    "deviation_1m",
    "deviation_5m",
    "deviation_15m",
    "deviation_60m",
    "effect_5m",
    "effect_15m",
)
TYPICAL = (0.0,) * len(FEATURES)
LOOKED_INTO = 3.0  # standard deviations from which it is asked whose deviation it is
LOUD = 4.0  # standard deviations from which a deviation silences weaker ones


@dataclass(frozen=True, slots=True)
class Unrest:
    """How unrestful ordinary minutes are."""

    counts: Dispersion  # (n_spans, n_groups)
    effects: Dispersion  # (n_effect_spans, n_groups) of effects whose causes are known


@dataclass(frozen=True, slots=True)
class Features:
    """Of n minutes and all groups (`families.groups`). In standard deviations; the time of day is in what is
    expected.
    """

    seen: Floats  # (n, n_spans, n_groups)
    expected: Floats  # (n, n_spans, n_groups)
    deviation: Floats  # (n, n_spans, n_groups) as far as they are the group's own and go on
    table: NDArray[np.float32]  # (n, n_groups, n_features)


def features(stretch: Stretch, unrest: Unrest, lately: Lately) -> Features:
    """All features of a stretch; `lately` is brought up to its end."""
    sums = span_sums(np.concatenate([stretch.counts, stretch.expected], axis=1), stretch.look_back, SPANS)
    seen_kinds, expected_kinds = np.split(sums, 2, axis=2)
    stretch.late.add_to(seen_kinds, stretch.first, SPANS)
    seen, expected = seen_kinds @ membership(), expected_kinds @ membership()
    deviation = unrest.counts.standardised(seen, expected)
    _attribute(deviation, seen_kinds, expected_kinds)
    _end(deviation, seen, expected, unrest.counts, SPANS.index(5))
    effect = unrest.effects.standardised(*(pair := outcomes(seen_kinds, expected_kinds)))
    among = [SPANS.index(span) for span in EFFECT_SPANS]
    _attribute(effect, seen_kinds[:, among], expected_kinds[:, among])
    _end(effect, *pair, unrest.effects, 0)
    table = _table(deviation, effect)
    strength = np.abs(table).max(axis=2).astype(np.float64)
    table *= ~_hushed(lately.highest(stretch.first, strength))[:, :, None]
    return Features(seen, expected, deviation, table)


def new_lately() -> Lately:
    """For `features` of consecutive stretches."""
    return Lately(HUSH, len(groups()))


def outcomes(seen: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """(n, n_effect_spans, n_groups) each: effects seen, and due by what caused them; counts are (n, n_spans, n_kinds).

    Where nothing is known to cause a group's messages both are 0.
    """
    among = [SPANS.index(span) for span in EFFECT_SPANS]
    outcome, cause = _outcomes()
    seen, expected = seen[:, among], expected[:, among]
    asked, usual = seen @ cause, expected @ cause
    sure = np.maximum(asked - STRAY * usual - 1.0, 0.0)  # that much of what was asked for was surely asked just now
    factor = (sure + 1.0) / (usual + 1.0)
    return seen @ outcome, expected @ outcome * factor


def _attribute(deviation: Floats, seen: Floats, expected: Floats) -> None:
    """Scale down in place what is not the group's own; counts are (n, n_spans, n_kinds)."""
    strange = np.abs(deviation) >= LOOKED_INTO
    for span, group in zip(*np.nonzero(strange.any(axis=0)), strict=True):
        rows = np.flatnonzero(strange[:, span, group])
        share = own_share(int(group), seen[rows, span], expected[rows, span], kinds_are_judged=True)
        deviation[rows, span, group] *= share


def _end(deviation: Floats, seen: Floats, expected: Floats, dispersion: Dispersion, first: int) -> None:
    """Scale down in place what a long span still holds of a deviation that is over, as shorter spans from `first` on
    tell.
    """
    ratio, due = log_ratio(seen, expected), expected / dispersion.low.base
    strange = np.abs(deviation) >= LOOKED_INTO
    for span in range(first + 1, deviation.shape[1]):
        for recent in range(first, span):
            if strange[:, span].any():
                share = still_on(ratio[:, span], ratio[:, recent], due[:, recent])
                deviation[:, span] *= np.where(strange[:, span], share, 1.0)


def _hushed(lately: Floats) -> NDArray[np.bool_]:
    """(n, n_groups) bool: where something related deviates more, or did lately; one incident, one anomaly."""
    hushed = np.zeros(lately.shape, bool)
    for at in np.flatnonzero((lately >= LOUD).any(axis=1)):
        loud = np.flatnonzero(lately[at] >= LOUD)
        hushed[at] = ((lately[at][loud][:, None] > lately[at][None]) & related()[loud]).any(axis=0)
    return hushed


def _table(deviation: Floats, effect: Floats) -> NDArray[np.float32]:
    strongest = np.take_along_axis(deviation, np.abs(deviation).argmax(axis=1)[:, None], axis=1)
    return np.concatenate([strongest, deviation, effect], axis=1).transpose(0, 2, 1).astype(np.float32)


@cache
def _outcomes() -> tuple[Floats, Floats]:
    """(n_kinds, n_groups) each: what of a group is an outcome, and what causes that."""
    outcome = membership().copy()
    cause = np.zeros_like(outcome)
    events = np.array([not kind.is_command for kind in kinds()])
    for column, group in enumerate(groups()):
        if group.role == "kind":
            name = kinds()[int(np.flatnonzero(group.members)[0])].name
            if name in CAUSE and name not in ONE_OF_SEVERAL:
                cause[kind_code(CAUSE[name]), column] = 1.0
        else:
            outcome[:, column] = group.members & events
            cause[:, column] = _scope(column) & ~events
    outcome[:, ~cause.any(axis=0)] = 0.0
    return outcome, cause


def _scope(column: int) -> NDArray[np.bool_]:
    """Every kind of the entity a group stands for."""
    entity = groups()[column].entity
    return np.any([group.members for group in groups() if group.entity == entity], axis=0)
