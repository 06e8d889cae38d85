"""Training of `usage_intensity`: a One-Class SVM of the log's ordinary minutes, over all groups and spans."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import kind_code
from models.scenarios import usage_intensity as scenario
from models.scenarios.usage_features import (
    EFFECT_SPANS,
    FEATURES,
    LOOK_BACK,
    SPANS,
    Unrest,
    features,
    new_lately,
    outcomes,
)
from models.scenarios.usage_memory import QUARTER, telling_roles
from models.spec import Scoring
from models.training.algorithms.one_class_svm import FittedSvm, fit_svm, raw_output
from models.training.log import RecordedLog
from models.training.trained import Trained
from models.training.volume_budget import WEEK, occasions, sustained, threshold_for
from models.training.volume_dispersion import fit_dispersion
from models.training.volume_evaluation import figures
from models.training.volume_incidents import Recipe, incidents, no_effect, of_shop, type_stops
from models.training.volume_log import MinuteLog, walk
from models.training.volume_visits import largest
from models.volume.counts import DAY, KEPT_DAYS
from models.volume.families import SHOP, effects, groups, membership
from models.volume.packed_days import pack_days
from models.volume.past import Past
from models.volume.stretch import Stretch, span_sums
from models.volume.today import PERIOD, corrected, shop_visits, so_far
from models.volume.unrest import SHORT, VisitUnrest
from models.windows import MINUTE

ROWS = 4_000  # the SVM learns from
BUDGET_PER_WEEK = 0.25  # false anomalies, over all entities: with four scenarios one a week
REFERENCE = 300  # ordinary rows that the score of a deviation is taken from
TRIALS = 12  # of each kind of incident
NU, GAMMA = 0.02, 0.4
KEPT_OUT = 4.0  # standard deviations from which a row is not learnt as ordinary
BOUNDARY = 5.0  # standard deviations of one span below which nothing is strange, whatever the budget allows
SALE = 100.0  # products whose prices are changed at once by hand, though no day of the log may show it
CALMEST_EFFECT = 0.4  # effects follow their causes more closely than chance would; some come late

RECIPES = (
    Recipe("burst_by_day", (5, 8), (8, 22), "high", of_shop(3.0, 10.0)),
    Recipe("burst_by_night", (10, 20), (1, 5), "high", of_shop(8.0, 12.0)),
    Recipe("type_stops", (40, 60), (9, 22), "low", type_stops),
    Recipe("requests_without_effect", (20, 40), (9, 22), "low", no_effect),
)


class Ordinary(NamedTuple):
    """Rows of ordinary minutes as serving would score them."""

    values: NDArray[np.float32]  # (n, n_features)
    minute: NDArray[np.int64]  # (n,)
    entity: NDArray[np.int64]  # (n,) place of the entity


def fit(log: RecordedLog, seed: int, progress: Callable[[str], None]) -> Trained:
    """Learn the ordinary minutes of a log of 7 days or more; thresholds from days that were not learnt from."""
    counts = MinuteLog.of(log.columns)
    first, held_out = judged_from(counts), held_out_from(counts)
    stretches = as_served(counts, first)
    visit = largest(counts.visits, membership(), SPANS)
    unrest = unrest_of([stretch for stretch in stretches if stretch.first < held_out], visit)
    progress("unrest of ordinary minutes known")
    svm = _fit_svm(stretches, unrest, held_out, seed)
    progress(f"{svm.vectors} support vectors, threshold {svm.threshold:.3f}")
    extras = _extras(unrest, counts)
    return Trained(
        stem=scenario.SPEC.stem,
        onnx=svm.onnx,
        extras=extras,
        features=FEATURES,
        threshold=svm.threshold,
        metrics={**_evaluate(svm, extras, counts, held_out, seed), "support_vectors": svm.vectors},
        golden_inputs=svm.golden_inputs,
        golden_scores=svm.golden_scores,
        parity=svm.parity,
        training_span=(first * MINUTE, counts.last * MINUTE),
        seed=seed,
    )


def evaluate(model: Scoring, extras: dict[str, Any], log: RecordedLog, seed: int) -> dict[str, Any]:
    """The figures of a model with its extras on the newest days of a log."""
    counts = MinuteLog.of(log.columns)
    return _evaluate(model, extras, counts, held_out_from(counts), seed)


def judged_from(counts: MinuteLog) -> int:
    """The first minute with enough days before it to expect anything of: a third of a short log, four days of a long
    one.
    """
    days = (counts.last - counts.first) // DAY
    return (counts.first // DAY + 1 + max(1, min(4, days // 3))) * DAY


def held_out_from(counts: MinuteLog) -> int:
    """The last fifth of the days are for calibration and evaluation; of a short log one, for it has few to learn."""
    days = (counts.last - counts.first) // DAY
    return (counts.last // DAY - max(1, days // 5)) * DAY


def as_served(counts: MinuteLog, first: int) -> list[Stretch]:
    """The stretches from minute `first` on, each with what the hours before it say of its day.

    Without the doubt about its clock: the budget is to be kept without its benefit.
    """
    rough = [stretch for stretch in walk(counts, LOOK_BACK) if stretch.first >= first]
    unrest = _visit_unrest(rough)
    past, clock, found = Past(settled=PERIOD), 0, []
    for stretch in walk(counts, LOOK_BACK, past):
        today = so_far(past, stretch.first, unrest, clock)
        clock = today.shift
        found.append(corrected(stretch, today.without_doubt(), past.rates(stretch.first // DAY)))
    return [stretch for stretch in found if stretch.first >= first]


def _visit_unrest(stretches: list[Stretch]) -> VisitUnrest:
    """Of the shop's visits, before any day was corrected."""
    of_shop = groups()[shop_visits()].members.astype(np.float64)[:, None]
    seen, expected = (
        np.concatenate([span_sums(part @ of_shop, s.look_back, (SHORT, QUARTER)) for s, part in pairs])
        for pairs in ([(s, s.counts) for s in stretches], [(s, s.expected) for s in stretches])
    )
    day = np.concatenate([s.minutes for s in stretches]) // DAY
    spans = (SHORT, QUARTER)
    return VisitUnrest.of(fit_dispersion(seen, expected, day, spans), spans, QUARTER, 0)


def unrest_of(stretches: list[Stretch], visit: NDArray[np.float64] | float = 0.0) -> Unrest:
    """Of all groups, spans and effects; `visit` (n_spans, n_groups) is what a single visit may bring."""
    parts = [tuple(span_sums(part, s.look_back, SPANS) for part in (s.counts, s.expected)) for s in stretches]
    day = np.concatenate([s.minutes for s in stretches]) // DAY
    seen, expected = (np.concatenate([part[side] @ membership() for part in parts]) for side in (0, 1))
    single = np.array([group.role == "kind" for group in groups()])
    counts = fit_dispersion(seen, expected, day, SPANS, single=single, visit=visit)
    of_shop = np.array([group.entity == SHOP for group in groups()])
    least = np.where(of_shop, counts.least, np.maximum(counts.least, counts.high.base))  # one cluster at night is none
    least = np.where(_of_catalogue(), np.maximum(least, SALE), least)
    counts = replace(counts, least=least)
    came, due = (np.concatenate(column) for column in zip(*(outcomes(*part) for part in parts), strict=True))
    return Unrest(counts, fit_dispersion(came, due, day, EFFECT_SPANS, CALMEST_EFFECT))


def _of_catalogue() -> NDArray[np.bool_]:
    """(n_groups,) bool: single kinds that follow from a change of the catalogue."""
    changed = effects(kind_code("ProductAdditionRequested"))
    return np.array([group.role == "kind" and bool((group.members & changed).any()) for group in groups()])


def _extras(unrest: Unrest, counts: MinuteLog) -> dict[str, Any]:
    names = [group.name for group in groups()]
    return {
        "dispersion": unrest.counts.save(names),
        "effect_dispersion": unrest.effects.save(names),
        "past": newest_days(counts),
    }


def _fit_svm(stretches: list[Stretch], unrest: Unrest, held_out: int, seed: int) -> FittedSvm:
    """Fitted to the days before `held_out`; 1.0 is where the alert budget of all days lies."""
    rng = np.random.default_rng(seed)
    ordinary = _ordinary(stretches, unrest)
    kept = ordinary.minute >= held_out
    learnt = Ordinary(ordinary.values[~kept], ordinary.minute[~kept], ordinary.entity[~kept])
    rows = _sample(learnt, rng)
    svm = fit_svm(rows, ordinary.values[kept], nu=NU, gamma=GAMMA, seed=seed)
    threshold = max(_threshold(ordinary, raw_output(svm.onnx, ordinary.values)), _score_of(svm, rows, BOUNDARY))
    golden = np.maximum(raw_output(svm.onnx, svm.golden_inputs) / threshold, 0.0)
    return replace(svm, threshold=threshold, golden_scores=golden)


def _threshold(ordinary: Ordinary, scores: NDArray[np.float64]) -> float:
    """What ordinary days together exceed no more often than the budget allows, sustained as the policy wants it.

    The worst day is left out: it may hold an incident, which shows in many entities at once.
    """
    policy = scenario.SPEC.policy
    day = ordinary.minute // DAY
    days = np.unique(day)
    strongest = np.array([scores[day == one].max() for one in days.tolist()])
    usual = day != days[strongest.argmax()] if len(days) > 2 else np.ones(len(day), bool)
    peaks: list[float] = []
    for entity in np.unique(ordinary.entity):
        rows = (ordinary.entity == entity) & usual
        peaks += occasions(ordinary.minute[rows], sustained(scores[rows], policy.open_m, policy.open_n))
    return threshold_for(peaks, len(np.unique(ordinary.minute[usual])) / WEEK, BUDGET_PER_WEEK)


def _score_of(svm: FittedSvm, rows: NDArray[np.float32], deviation: float) -> float:
    """The raw score of ordinary rows in which one span deviates so far, either way; the median of all spans and rows.

    A log of some days has few strange minutes, or by chance a true incident, so its tail alone is no boundary.
    """
    strange = []
    for column in range(1, 1 + len(SPANS)):
        for signed in (deviation, -deviation):
            changed = rows[:REFERENCE].copy()
            changed[:, [0, column]] = signed
            strange.append(changed)
    return float(np.median(raw_output(svm.onnx, np.concatenate(strange))))


def _ordinary(stretches: list[Stretch], unrest: Unrest) -> Ordinary:
    """Every minute of shop, services (in the role that deviates more) and single kinds."""
    parts, lately = [], new_lately()
    for stretch in stretches:
        held = features(stretch, unrest, lately)
        roles = telling_roles(held)  # (n, n_scopes)
        single = np.flatnonzero([group.role == "kind" for group in groups()])
        chosen = np.concatenate([roles, np.repeat(single[None], len(roles), axis=0)], axis=1)
        values = np.take_along_axis(held.table, chosen[:, :, None], axis=1)
        minute = np.repeat(stretch.minutes, chosen.shape[1])
        entity = np.tile(np.arange(chosen.shape[1]), len(roles))
        parts.append(Ordinary(values.reshape(-1, len(FEATURES)), minute, entity))
    return Ordinary(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _sample(ordinary: Ordinary, rng: np.random.Generator) -> NDArray[np.float32]:
    """Rows at random, half of them of shop and services; single kinds count as much together. Strange ones are none."""
    calm = np.abs(ordinary.values).max(axis=1) < KEPT_OUT
    scopes = np.flatnonzero(calm & (ordinary.entity < _scopes()))
    single = np.flatnonzero(calm & (ordinary.entity >= _scopes()))
    chosen = [rng.choice(rows, min(ROWS // 2, len(rows)), replace=False) for rows in (scopes, single)]
    return ordinary.values[rng.permutation(np.concatenate(chosen))]


def _scopes() -> int:
    return len({group.entity for group in groups() if group.role != "kind"})


def newest_days(counts: MinuteLog) -> dict[str, Any]:
    """What a bundle lends to a memory without a past."""
    days = counts.days()
    return pack_days({day: days[day] for day in sorted(days)[-KEPT_DAYS:]})


def _evaluate(model: Scoring, extras: dict[str, Any], counts: MinuteLog, held_out: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed + 1)
    ordinary = counts.cut(held_out, counts.last)
    drawn = incidents(ordinary, RECIPES, TRIALS, rng)
    found = figures(scenario, model, extras, counts, ordinary, drawn, rng)
    return {**found, "budget_per_week": BUDGET_PER_WEEK}
