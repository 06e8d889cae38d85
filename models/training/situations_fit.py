"""Fitting a scenario's tree to situations staged in a recorded log, and judging it on others staged in later days."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.spec import Scenario, Scoring
from models.training.algorithms.decision_tree import FittedTree, fit_tree
from models.training.log import RecordedLog
from models.training.situations_labels import Labelled, Subject, Verdict, labelled, together, weights
from models.training.situations_rehearsal import rehearse
from models.training.situations_script import DAY, Situation, in_order
from models.training.trained import Trained

LEARNT_SHARE = 0.65  # of the log's span; what follows is for judging
LONGEST = 14 * DAY  # of a longer log only the newest part is rehearsed
KIND_WEIGHT = 30.0  # of all staged situations of one name together ...
ORDINARY_WEIGHT = 1.0  # ... against an ordinary row: a false alarm weighs as much as missing one situation in thirty
ENOUGH_EVENTS = 200_000  # a shorter log is staged in several times over, each time otherwise
MOST_TIMES = 4
DEPTH = 14
THRESHOLD = 0.6  # probability that is 1.0 on the one scale

Staging = Callable[[Columns, np.random.Generator, int], tuple[Columns, list[Situation]]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is particular to one scenario."""

    scenario: Scenario
    stagings: tuple[Staging, ...]
    subject: Callable[[Any], Subject]
    verdict: Verdict
    learnt: Callable[[Columns], dict[str, Any]]  # what the bundle takes along of the log's ordinary life
    aftermath_ms: int  # for so long after its end a situation may still show
    fewest_in_leaf: int


def fit_recipe(recipe: Recipe, log: RecordedLog, seed: int, progress: Callable[[str], None]) -> Trained:
    """Stage, rehearse, label, fit, judge."""
    columns = _newest(log)
    progress("rehearsing situations to learn from")
    learnt = _labelled(recipe, columns.where(columns.time < _border(columns)), seed, 0)
    progress("fitting the tree")
    tree = _fit(recipe, learnt, seed)
    progress("rehearsing situations to judge by")
    return _trained(recipe, tree, learnt, columns, seed, evaluate_recipe(recipe, tree, log, seed))


def evaluate_recipe(recipe: Recipe, model: Scoring, log: RecordedLog, seed: int) -> dict[str, Any]:
    """The figures of a model on situations staged in the later days of a log."""
    columns = _newest(log)
    border = _border(columns)
    judged = _labelled(recipe, columns, seed + 1_000, border)
    return evaluate(model, judged, border, columns, len(recipe.stagings) * _times(columns))


def _border(columns: Columns) -> int:
    """Event time before which is learnt, ms."""
    return int(columns.time[0] + LEARNT_SHARE * (columns.time[-1] - columns.time[0]))


def _newest(log: RecordedLog) -> Columns:
    first, last = log.span
    columns = log.columns.where((log.columns.time >= max(first, last - LONGEST)) & (log.columns.time <= last))
    return in_order([columns])


def _labelled(recipe: Recipe, columns: Columns, seed: int, since: int) -> Labelled:
    parts = []
    for number, staging in enumerate(recipe.stagings * _times(columns)):
        staged, situations = staging(columns, np.random.default_rng([seed, number]), since)
        rows = rehearse(recipe.scenario, staged)
        parts.append(labelled(rows, situations, recipe.subject, recipe.verdict, recipe.aftermath_ms))
    return together(parts)


def _times(columns: Columns) -> int:
    """How often a log is staged in, so that short ones show enough situations too."""
    return min(max(round(ENOUGH_EVENTS / len(columns)), 1), MOST_TIMES)


def _fit(recipe: Recipe, rows: Labelled, seed: int) -> FittedTree:
    weight = weights(rows, KIND_WEIGHT, ORDINARY_WEIGHT)
    used = weight > 0
    return fit_tree(
        rows.values[used], rows.label[used], weight[used],
        max_depth=DEPTH, min_samples_leaf=recipe.fewest_in_leaf, threshold=THRESHOLD, seed=seed,
    )  # fmt: skip


def evaluate(model: Scoring, rows: Labelled, since: int, columns: Columns, passes: int) -> dict[str, Any]:
    """Per situation how many were found or, of an innocent one, wrongly reported; and what ordinary life costs."""
    hit = model.score(rows.values) >= 1.0
    ordinary = hit & (rows.situation < 0) & (rows.end >= since)
    events = int(np.count_nonzero(columns.time >= since))
    return {
        "situations": _per_situation(rows, hit),
        "ordinary_rows": int(np.count_nonzero((rows.situation < 0) & (rows.end >= since))),
        "false_rows": int(np.count_nonzero(ordinary)),
        "false_rows_per_10000_events": round(1e4 * float(np.count_nonzero(ordinary)) / max(events * passes, 1), 4),
    }


def _per_situation(rows: Labelled, hit: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    count = len(rows.situations)
    staged = rows.situation >= 0

    def any_of(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(rows.situation[mask & staged], minlength=count) > 0

    shown, found, wrong = any_of(rows.label == 1), any_of(hit & (rows.label == 1)), any_of(hit & (rows.label == 0))
    names = np.array([situation.name for situation in rows.situations])
    anomaly = np.array([situation.is_anomaly for situation in rows.situations])
    figures: dict[str, dict[str, float]] = {}
    for name in sorted(set(names.tolist())):
        own = names == name
        if anomaly[own].all():
            figures[name] = {"staged": int((shown & own).sum()), "found": int((found & own).sum())}
        else:
            figures[name] = {"staged": int(own.sum()), "reported": int((wrong & own).sum())}
    return figures


def _trained(
    recipe: Recipe, tree: FittedTree, rows: Labelled, columns: Columns, seed: int, metrics: dict[str, Any]
) -> Trained:
    ordinary = rows.values[rows.situation < 0]
    spec = recipe.scenario.SPEC
    return Trained(
        stem=spec.stem,
        onnx=tree.onnx,
        extras={"typical": _typical(ordinary), "tree": tree.structure, **recipe.learnt(columns)},
        features=spec.features,
        threshold=tree.threshold,
        metrics=metrics,
        golden_inputs=tree.golden_inputs,
        golden_scores=tree.golden_scores,
        parity=tree.parity,
        training_span=(int(columns.time[0]), int(columns.time[-1])),
        seed=seed,
    )


def _typical(values: NDArray[np.float32]) -> list[float]:
    """Median of each feature where it is known."""
    known = np.where(values == -1, np.nan, values)
    columns = (column[~np.isnan(column)] for column in known.T)
    return [round(float(np.median(column)), 4) if len(column) else 0.0 for column in columns]
