"""From counts of a stretch of minutes to rows of the One-Class SVM: how far each group is from what was expected."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.columns import kind_code, kinds
from models.volume.attribution import log_ratio, own_share, still_on
from models.volume.counts import DAY
from models.volume.families import CAUSE, groups, membership
from models.volume.past import Stretch, span_sums
from models.volume.surprise import Dispersion, root_deviance

Floats = NDArray[np.float64]
SPANS = (1, 5, 15, 60)  # minutes
LOOK_BACK = max(SPANS)
FEATURES = (
    "deviation_strongest",
    "deviation_1m",
    "deviation_5m",
    "deviation_15m",
    "deviation_60m",
    "effect_15m",
    "expected_volume",
    "day_sine",
    "day_cosine",
)
TYPICAL = (0.0,) * len(FEATURES)
STRENGTHS = (0, 1, 2, 3, 4, 5)  # columns that are deviations
EFFECT_SPAN = SPANS.index(15)
LOOKED_INTO = 3.0  # standard deviations from which it is asked whose deviation it is
ENOUGH = 4.0  # expected events (over their dispersion) that a recent span needs to tell whether something goes on


@dataclass(frozen=True, slots=True)
class Features:
    """Of n minutes and all groups (`families.groups`)."""

    seen: Floats  # (n, n_spans, n_groups)
    expected: Floats  # (n, n_spans, n_groups)
    deviation: Floats  # (n, n_spans, n_groups) standard deviations, as far as they are the group's own and go on
    effect: Floats  # (n, n_groups) effects against their causes, standard deviations
    table: NDArray[np.float32]  # (n, n_groups, n_features)


def features(stretch: Stretch, dispersion: Dispersion) -> Features:
    """All features of a stretch."""
    seen_kinds = span_sums(stretch.counts, stretch.look_back, SPANS)
    expected_kinds = span_sums(stretch.expected, stretch.look_back, SPANS)
    seen, expected = seen_kinds @ membership(), expected_kinds @ membership()
    deviation = dispersion.standardised(seen, expected)
    effect = _effect(seen_kinds[:, EFFECT_SPAN], expected_kinds[:, EFFECT_SPAN], dispersion)
    _attribute(deviation, effect, seen_kinds, expected_kinds)
    _end(deviation, seen, expected, dispersion)
    return Features(seen, expected, deviation, effect, _table(stretch.minutes, expected, deviation, effect))


def _effect(seen: Floats, expected: Floats, dispersion: Dispersion) -> Floats:
    """(n, n_groups): what was seen of each group against what its causes let expect; counts are (n, n_kinds)."""
    outcome, cause = _outcomes()
    due = expected @ outcome * ((seen @ cause + 1.0) / (expected @ cause + 1.0))
    root = root_deviance(seen @ outcome, due)
    low, high = (side.base[EFFECT_SPAN] + side.slope[EFFECT_SPAN] * due for side in (dispersion.low, dispersion.high))
    return np.asarray(np.where(cause.any(axis=0), root / np.sqrt(np.where(root < 0, low, high)), 0.0))


def _attribute(deviation: Floats, effect: Floats, seen: Floats, expected: Floats) -> None:
    """Scale down in place what is not the group's own; counts are (n, n_spans, n_kinds)."""
    strange = np.abs(deviation) >= LOOKED_INTO
    strange[:, EFFECT_SPAN] |= np.abs(effect) >= LOOKED_INTO
    for span, group in zip(*np.nonzero(strange.any(axis=0)), strict=True):
        rows = np.flatnonzero(strange[:, span, group])
        share = own_share(int(group), seen[rows, span], expected[rows, span], kinds_are_judged=True)
        deviation[rows, span, group] *= share
        if span == EFFECT_SPAN:
            effect[rows, group] *= share


def _end(deviation: Floats, seen: Floats, expected: Floats, dispersion: Dispersion) -> None:
    """Scale down in place what a long span still holds of a deviation that is over."""
    ratio = log_ratio(seen, expected)
    enough = expected[:, 1] / dispersion.low.base[1] >= ENOUGH  # (n, n_groups): five minutes tell
    recent = np.where(enough, ratio[:, 1], ratio[:, 2])
    strange = np.abs(deviation) >= LOOKED_INTO
    for span in (2, 3):
        if strange[:, span].any():
            tells = enough if span == 2 else np.ones_like(enough)
            share = np.where(tells & strange[:, span], still_on(ratio[:, span], recent), 1.0)
            deviation[:, span] *= share


def _table(minutes: NDArray[np.int64], expected: Floats, deviation: Floats, effect: Floats) -> NDArray[np.float32]:
    angle = 2 * np.pi * (minutes % DAY) / DAY
    volume = (np.log1p(np.clip(expected[:, EFFECT_SPAN], 0.0, 3000.0)) - 3.0) / 3.0
    n_groups = volume.shape[1]
    spans = [_squeezed(deviation[:, span]) for span in range(len(SPANS))]
    strongest = np.take_along_axis(deviation, np.abs(deviation).argmax(axis=1)[:, None], axis=1)[:, 0]
    # Spans overlap, so they deviate together: at half weight their sum counts no more than the strongest of them.
    columns = [_squeezed(strongest), *(0.5 * span for span in spans), _squeezed(effect), volume]
    columns += [np.repeat(wave(angle)[:, None], n_groups, axis=1) for wave in (np.sin, np.cos)]
    return np.stack(columns, axis=2).astype(np.float32)


def _squeezed(deviation: Floats) -> Floats:
    """Linear near 0, logarithmic far away."""
    return np.asarray(3.0 * np.arcsinh(deviation / 3.0))


@cache
def _outcomes() -> tuple[Floats, Floats]:
    """(n_kinds, n_groups) each: what of a group is an outcome, and what causes that."""
    outcome = membership().copy()
    cause = np.zeros_like(outcome)
    events = np.array([not kind.is_command for kind in kinds()])
    for column, group in enumerate(groups()):
        if group.role == "kind":
            name = kinds()[int(np.flatnonzero(group.members)[0])].name
            if name in CAUSE:
                cause[kind_code(CAUSE[name]), column] = 1.0
        else:
            outcome[:, column] = group.members & events
            cause[:, column] = _scope(column) & ~events
    return outcome, cause


def _scope(column: int) -> NDArray[np.bool_]:
    """Every kind of the entity a group stands for."""
    entity = groups()[column].entity
    return np.any([group.members for group in groups() if group.entity == entity], axis=0)
