"""From counts of a stretch of minutes to rows of the One-Class SVM: how far each group is from what was expected."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.columns import kind_code, kinds
from models.facts import EntityKind
from models.volume.attribution import log_ratio, own_share, still_on
from models.volume.clocks import doubted
from models.volume.families import CAUSE, ONE_OF_SEVERAL, event_kinds, groups, membership, messages, related
from models.volume.lately import Lately
from models.volume.stretch import Stretch, span_sums
from models.volume.surprise import Dispersion
from models.volume.unrest import by_span

Floats = NDArray[np.float64]
SPANS = (1, 2, 3, 5, 10, 20, 60)  # minutes
STRAY = 0.05  # of the usual requests that may come late or twice, without their effects
HUSH = 15  # minutes for which a stronger deviation silences weaker ones of what belongs to it
LOOK_BACK = max(SPANS)
EFFECT_SPANS = (3, 5, 10, 20)  # minutes
FEATURES = (
    "deviation_strongest",
    *(f"deviation_{span}m" for span in SPANS),
    *(f"effect_{span}m" for span in EFFECT_SPANS),
)
TYPICAL = (0.0,) * len(FEATURES)
LOOKED_INTO = 3.0  # standard deviations from which it is asked whose deviation it is
PRECEDENCE = {EntityKind.SHOP: 1.5, EntityKind.SERVICE: 1.2}  # of the whole before its parts, if it could be either's
SINGLE_SPAN = 5  # minutes that the silence of a single kind must fill
PARTIAL_SPAN = 10  # minutes for a kind of which some still come: more than ...
HARDLY_ANY = 0.1  # ... of what was expected
ALONE = 0.8  # of a service's outcomes, from which a kind answers for what is missing of them
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
    today = by_span(stretch.unrest, SPANS)

    def by_clock(others: Floats) -> Floats:
        due = span_sums(others, stretch.look_back, SPANS) @ membership()
        return unrest.counts.standardised(seen, due, today)

    ordinary = unrest.counts.standardised(seen, expected, today)
    deviation = doubted(ordinary, stretch.clocks, by_clock)
    _attribute(deviation, seen_kinds, expected_kinds)
    _end(deviation, seen, expected, unrest.counts, SPANS, SPANS.index(3))
    _wait(deviation, seen, expected, SPANS)
    effect = np.minimum(unrest.effects.standardised(*(pair := outcomes(seen_kinds, expected_kinds))), 0.0)
    among = [SPANS.index(span) for span in EFFECT_SPANS]
    effect[_is_of_one_kind(expected_kinds[:, among])] = 0.0
    _attribute(effect, seen_kinds[:, among], expected_kinds[:, among])
    _end(effect, *pair, unrest.effects, EFFECT_SPANS, 0)
    _wait(effect, *pair, EFFECT_SPANS)
    table = _table(deviation, effect)
    strength = np.abs(table).max(axis=2).astype(np.float64)
    # Either sign silences the other: more asked for than done is too much and too little in one.
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


def _is_of_one_kind(expected: Floats) -> NDArray[np.bool_]:
    """(n, n_effect_spans, n_groups) bool: of services, whether hardly more than one kind of outcome is due, counts (n,
    n_effect_spans, n_kinds); what is missing then is missing of that kind, which needs longer to be told.
    """
    outcome, _ = _outcomes()
    alone = np.zeros((*expected.shape[:2], len(groups())), bool)
    for column in np.flatnonzero([group.entity.kind is EntityKind.SERVICE for group in groups()]).tolist():
        due = expected * outcome[:, column]
        alone[:, :, column] = due.max(axis=2) > ALONE * due.sum(axis=2)
    return alone


def _attribute(deviation: Floats, seen: Floats, expected: Floats) -> None:
    """Scale down in place what is not the group's own; counts are (n, n_spans, n_kinds).

    Of groups that belong together the one whose own it is most keeps all of it: a doubt about whose it is must not
    become a doubt about whether something is there.
    """
    strange = np.abs(deviation) >= LOOKED_INTO
    share = np.ones_like(deviation)
    for span, group in zip(*np.nonzero(strange.any(axis=0)), strict=True):
        rows = np.flatnonzero(strange[:, span, group])
        share[rows, span, group] = own_share(int(group), seen[rows, span], expected[rows, span], kinds_are_judged=True)
    own = np.where(strange, np.abs(deviation) * share * _precedence(), 0.0)
    for span in range(deviation.shape[1]):
        rows = np.flatnonzero(strange[:, span].any(axis=1))
        others = (own[rows, span][:, None] * related()).max(axis=2)  # (k, n_groups)
        share[rows, span] = np.where((own[rows, span] > 0) & (own[rows, span] >= others), 1.0, share[rows, span])
    deviation *= share


@cache
def _precedence() -> Floats:
    """(n_groups,)."""
    return np.array([PRECEDENCE.get(group.entity.kind, 1.0) for group in groups()])


def _wait(deviation: Floats, seen: Floats, expected: Floats, spans: tuple[int, ...]) -> None:
    """Leave out in place what short spans say of too few of a single kind: first it must show that the rest goes on,
    and where some still come that it is this kind alone.
    """
    single = np.flatnonzero([group.role == "kind" for group in groups()])
    for column, span in enumerate(spans):
        if span < PARTIAL_SPAN:
            known = (seen[:, column, single] <= HARDLY_ANY * expected[:, column, single]) & (span >= SINGLE_SPAN)
            held = deviation[:, column, single]
            deviation[:, column, single] = np.where(known, held, np.maximum(held, 0.0))


def _end(
    deviation: Floats, seen: Floats, expected: Floats, dispersion: Dispersion, spans: tuple[int, ...], first: int
) -> None:
    """Scale down in place what a long span still holds of a deviation that is over, as shorter spans from `first` on
    tell. What the deviation would bring there is known even of a kind that is hardly ever expected.
    """
    ratio = log_ratio(seen, expected)
    come, due = seen / dispersion.low.base, expected / dispersion.low.base
    strange = np.abs(deviation) >= LOOKED_INTO
    for span in range(first + 1, deviation.shape[1]):
        for recent in range(first, span):
            if strange[:, span].any():
                brought = seen[:, span] / dispersion.low.base[span] * (spans[recent] / spans[span])
                known = np.maximum(due[:, recent], brought * np.exp(-np.clip(ratio[:, span], 0.0, 5.0)))
                share = still_on(ratio[:, span], come[:, recent], known)
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
    events = event_kinds()
    for column, group in enumerate(groups()):
        if group.role == "kind":
            name = kinds()[int(np.flatnonzero(group.members)[0])].name
            if name in CAUSE and name not in ONE_OF_SEVERAL:
                cause[kind_code(CAUSE[name]), column] = 1.0
        else:
            outcome[:, column] = group.members & events
            cause[:, column] = _scope(column) & messages() & ~events
    outcome[:, ~cause.any(axis=0)] = 0.0
    return outcome, cause


def _scope(column: int) -> NDArray[np.bool_]:
    """Every kind of the entity a group stands for."""
    entity = groups()[column].entity
    return np.any([group.members for group in groups() if group.entity == entity], axis=0)
