"""Evidence that a service does not work as the day should go: a window-limited likelihood ratio test.

For the last 2 to 360 minutes the counts are weighed against the forecast: `D / phi` nats, where `D = L (r ln r - r +
1)` is the Poisson log-likelihood ratio of the seen factor r against 1 with L events expected, and phi the over-
dispersion that ordinary windows of that length have. The largest over all windows is the evidence: with the window
free, no other test needs much less time (Lai, "Sequential changepoint detection in quality control and dynamical
systems", J. R. Statist. Soc. B 57, 1995). 14 nats are odds of a million to one.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.scenarios.daily_forecast import by_minute
from models.volume.attribution import log_ratio, own_share, still_on
from models.volume.clocks import doubted
from models.volume.families import VISITS, entities, groups, messages, service_members
from models.volume.lately import Lately
from models.volume.profile import on_grid
from models.volume.stretch import Stretch, span_sums
from models.volume.surprise import Dispersion
from models.volume.unrest import by_span

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SPANS = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 90, 120, 180, 240, 360)  # minutes; the first is for curves only
WEIGHED = slice(1, None)
HUSH = 20  # minutes for which strong evidence silences weaker evidence of what belongs to it
CLEARER = 1.5  # times
DEMAND = 5  # minutes that more demand must fill
LOUD = 9.0  # nats from which it does so
LOOK_BACK = max(SPANS)
WEIGHED_ROLES = frozenset({"events", "requests", VISITS})
ROLES = 2  # of an entity: what is published; and what is asked for, of the shop by whom: it tells sooner
LOOKED_INTO = 3.0  # standard deviations (4.5 nats) from which it is asked whose deviation it is


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of n minutes; columns are those of `columns`, places those of `families.entities`."""

    seen: Floats  # (n, n_spans, n_columns)
    expected: Floats  # (n, n_spans, n_columns)
    nats: Floats  # (n, n_entities)
    span: Ints  # (n, n_entities) index of the window that says most
    column: Ints  # (n, n_entities) which of the entity's columns says most
    weight: Floats  # (n, n_entities, ROLES * (n_spans - 1)) what each of its windows says
    is_hushed: NDArray[np.bool_]  # (n, n_entities) something belonging to it says more


@cache
def columns() -> tuple[int, ...]:
    """Groups that are weighed, an entity's side by side; indices in `families.groups`."""
    return tuple(index for index, group in enumerate(groups()) if group.role in WEIGHED_ROLES)


@cache
def members() -> Floats:
    """(n_kinds, n_columns): counts @ members are the columns' counts."""
    return np.stack([groups()[index].members for index in columns()], axis=1).astype(np.float64)


@cache
def _of_visits() -> NDArray[np.bool_]:
    """(n_columns,) bool: which columns count visits."""
    return np.array([groups()[index].role == VISITS for index in columns()])


@cache
def _may_be_more() -> NDArray[np.bool_]:
    """(n_spans, n_columns) bool: where more than expected is more demand: of visits, not of messages, and while it is
    no short burst, which is a matter of `usage_intensity`.
    """
    return (np.array(SPANS) >= DEMAND)[:, None] & _of_visits()


@cache
def _preferred() -> Floats:
    """(n_entities, ROLES * (n_spans - 1)): how much more other columns must say than visits, to be told of instead."""
    return np.repeat(np.where(_of_visits(), CLEARER, 1.0), len(SPANS) - 1).reshape(len(entities()), -1)


def evidence(stretch: Stretch, factors: Floats, dispersion: Dispersion, lately: Lately, trust: Floats) -> Evidence:
    """Of every minute of a stretch; `factors` (STEPS, n_entities) is the day's forecast against the ordinary week,
    `trust` (2, n_spans - 1) what a nat of too few and of too much is worth in each window.

    `lately` is brought up to the end of the stretch.
    """
    seen, expected, deviation = deviations(stretch, factors, dispersion)
    weight = nats_of(deviation, trust).transpose(0, 2, 1)  # (n, n_columns, n_spans - 1)
    weight = weight.reshape(len(weight), len(entities()), -1)
    nats, span, column = chosen(weight)
    weighed = deviation[:, WEIGHED].transpose(0, 2, 1).reshape(weight.shape)
    is_low = np.take_along_axis(weighed, _place(span, column)[:, :, None], axis=2)[:, :, 0] < 0
    voice = one_voice(lately, stretch.first, nats, is_low)
    return Evidence(seen, expected, voice, span, column, weight, voice < nats)


def chosen(weight: Floats) -> tuple[Floats, Ints, Ints]:
    """Of every minute and entity, (n, n_entities) each: the nats, and which window and column of `Evidence` to name."""
    role, span = np.divmod((weight * _preferred()).argmax(axis=2), len(SPANS) - 1)
    return weight.max(axis=2), span + 1, np.arange(len(entities())) * ROLES + role


def _place(span: Ints, column: Ints) -> Ints:
    """Where a window and column stand among the weights of an entity."""
    return column % ROLES * (len(SPANS) - 1) + span - 1


def deviations(stretch: Stretch, factors: Floats, dispersion: Dispersion) -> tuple[Floats, Floats, Floats]:
    """Seen and expected counts, and each entity's own standard deviations between them; (n, n_spans, n_columns)."""
    seen_kinds, expected_kinds, expected = expectations(stretch, factors)
    seen, unrest = seen_kinds @ members(), by_span(stretch.unrest, SPANS)

    def by_clock(others: Floats) -> Floats:
        due = expectations(stretch._replace(expected=others), factors)[2]
        return dispersion.standardised(seen, due, unrest)

    ordinary = dispersion.standardised(seen, expected, unrest)
    deviation = doubted(ordinary, stretch.clocks, by_clock)
    counted = expected[:, -1:, _of_visits()] > 0  # on the first day nothing is known of visits
    np.minimum(deviation, 0.0, out=deviation, where=counted & ~_may_be_more())
    _attribute(deviation, seen_kinds, expected_kinds)
    _end(deviation, seen, expected, dispersion)
    return seen, expected, deviation


def nats_of(deviation: Floats, trust: Floats) -> Floats:
    """(n, n_spans - 1, n_columns): what the weighed windows say."""
    weighed = deviation[:, WEIGHED]
    return np.asarray(weighed**2 / 2 * np.where(weighed < 0, trust[0][:, None], trust[1][:, None]))


def new_lately() -> Lately:
    """For `evidence` of consecutive stretches: of every entity what it said, and what it said of too few."""
    return Lately(HUSH, 2 * len(entities()))


def one_voice(lately: Lately, first: int, nats: Floats, is_low: NDArray[np.bool_]) -> Floats:
    """The evidence (n, n_entities) of the minutes from `first` on, 0 where something belonging to it says more.

    Too few is silenced by too few alone: a service that stops is no part of the demand before it.
    """
    both = lately.highest(first, np.concatenate([nats, np.where(is_low, nats, 0.0)], axis=1))
    whole, low = np.split(both, 2, axis=1)
    return np.where(np.where(is_low, _hushed(low), _hushed(whole)), 0.0, nats)


def _hushed(lately: Floats) -> NDArray[np.bool_]:
    """(n, n_entities): shop and services say one thing at a time, the one with the most evidence lately."""
    shop, services = lately[:, :1], lately[:, 1:].max(axis=1, keepdims=True)
    other = np.concatenate([services, np.repeat(shop, lately.shape[1] - 1, axis=1)], axis=1)
    return np.asarray((other >= LOUD) & (lately < other))


def expectations(stretch: Stretch, factors: Floats) -> tuple[Floats, Floats, Floats]:
    """Seen and expected counts of kinds, and expected counts of columns; (n, n_spans, ...) each."""
    scale = by_minute(
        factors, np.arange(stretch.first - stretch.look_back, stretch.last)
    )  # (n + look_back, n_entities)
    kinds = on_grid(stretch.expected * (scale @ _owned()))
    of_columns = on_grid((stretch.expected @ members()) * np.repeat(scale, ROLES, axis=1))
    sums = span_sums(np.concatenate([stretch.counts, kinds, of_columns], axis=1), stretch.look_back, SPANS)
    width = kinds.shape[1]
    stretch.late.add_to(sums[:, :, :width], stretch.first, SPANS)
    return sums[:, :, :width], sums[:, :, width : 2 * width], sums[:, :, 2 * width :]


@cache
def _owned() -> Floats:
    """(n_entities, n_kinds): whose forecast says how much of a kind to expect."""
    return np.concatenate([~messages()[None], service_members()]).astype(np.float64)


def _attribute(deviation: Floats, seen: Floats, expected: Floats) -> None:
    """Scale down in place what is not the entity's own; counts are (n, n_spans, n_kinds)."""
    strange = np.abs(deviation) >= LOOKED_INTO
    for span, column in zip(*np.nonzero(strange.any(axis=0)), strict=True):
        rows = np.flatnonzero(strange[:, span, column])
        share = own_share(columns()[column], seen[rows, span], expected[rows, span], kinds_are_judged=False)
        deviation[rows, span, column] *= share


def _end(deviation: Floats, seen: Floats, expected: Floats, dispersion: Dispersion) -> None:
    """Scale down in place what a window still holds of a deviation that is over, as shorter windows tell."""
    ratio = log_ratio(seen, expected)
    come, due = seen / dispersion.low.base, expected / dispersion.low.base
    for span in range(3, len(SPANS)):
        strange = np.abs(deviation[:, span]) >= LOOKED_INTO
        rows = np.flatnonzero(strange.any(axis=1))
        if len(rows):
            whole = np.repeat(ratio[rows, span][:, None], span - 1, axis=1)
            share = still_on(whole, come[rows, 1:span], due[rows, 1:span]).min(axis=1)
            deviation[rows, span] *= np.where(strange[rows], share, 1.0)
