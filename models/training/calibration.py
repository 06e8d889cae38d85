"""A threshold from a clean log and an alert budget, and the bundle that has it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle, read_bundle
from models.decisions import Decisions, Judgement
from models.registry import Registry
from models.scorer import load_scorer
from models.spec import Policy, Scenario
from models.training.bundling import write_bundle
from models.training.course import evaluation_of
from models.training.log import RecordedLog
from models.training.passage import passage
from models.training.trained import Trained
from models.training.volume_budget import occasions, sustained, threshold_for
from models.windows import MINUTE

WEEK_DAYS = 7.0
LOWEST = 0.8  # of the trained threshold: a clean log shows what is ordinary, not what is abnormal
LOWEST_OF_TREE = 1.0  # most ordinary rows have the probability 0, which says nothing about those to come
HIGHEST_PROBABILITY = 0.99  # a tree's threshold must be one that it can reach
STEP = 1.05  # by which a threshold grows that still opens too much


class Scored(NamedTuple):
    """Rows of a log by one model; n rows in the order of judgement."""

    entity: list[tuple[int, str]]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    score: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What calibration chose. Anomalies a week on the log it was chosen on."""

    version: str
    before: float
    threshold: float
    opened_before: float
    opened: float


def calibrate(
    scenario: Scenario,
    bundle: Bundle,
    log: RecordedLog,
    per_week: float,
    registry: Registry,
    now: datetime,
    progress: Callable[[str], None],
) -> Calibrated:
    """Choose, evaluate, store and verify a version that differs by its threshold. Nothing is promoted."""
    rows, weeks, policy = scored(scenario, bundle, log), log.days / WEEK_DAYS, scenario.SPEC.policy
    progress(f"{len(rows.score):,} rows scored")
    factor = factor_for(rows, weeks, per_week, policy, _limits(bundle))
    threshold = bundle.card.threshold * factor
    found = opened(rows, factor, policy) / weeks
    progress(f"threshold {bundle.card.threshold:.4g} becomes {threshold:.4g}; measuring it")
    told = {
        "trained_threshold": _trained_threshold(bundle),
        "days": round(log.days, 2),
        "opened_per_week": round(found, 3),
    }
    trained = _with_threshold(scenario, bundle, threshold, log, {"budget_per_week": per_week, "calibration": told})
    version = registry.next_version(trained.stem)
    load_scorer(read_bundle(write_bundle(registry.folder, trained, version, now)))
    return Calibrated(version, bundle.card.threshold, threshold, opened(rows, 1.0, policy) / weeks, found)


def scored(scenario: Scenario, bundle: Bundle, log: RecordedLog) -> Scored:
    """The log through the scenario as it is served."""
    model = load_scorer(bundle)
    parts = [
        ([(int(entity.kind), entity.id) for entity in rows.entities], rows.start, rows.end, model.score(rows.values))
        for rows in passage(scenario, log, scenario.new_memory(model, bundle.extras))
    ]
    columns = [np.concatenate([part[side] for part in parts] or [np.empty(0)]) for side in (1, 2, 3)]
    return Scored([entity for part in parts for entity in part[0]], *columns)


def factor_for(rows: Scored, weeks: float, per_week: float, policy: Policy, limits: tuple[float, float]) -> float:
    """By what to multiply the threshold, within limits, so that the log opens no more anomalies than the budget."""
    lowest, highest = limits
    factor = float(np.clip(threshold_for(_peaks(rows, policy), weeks, per_week), lowest, highest))
    while factor < highest and opened(rows, factor, policy) > per_week * weeks:
        factor = min(factor * STEP, highest)
    return factor


def opened(rows: Scored, factor: float, policy: Policy) -> int:
    """Anomalies that the log opens when the threshold is multiplied by `factor`."""
    decisions, count = Decisions("calibration", policy), 0
    strange = {rows.entity[row] for row in np.flatnonzero(rows.score >= factor).tolist()}
    for row, entity in enumerate(rows.entity):  # only entities that were ever strange go through the decisions
        if entity in strange:
            judgement = Judgement(entity, int(rows.start[row]), int(rows.end[row]), rows.score[row] / factor, "none")
            count += any(change.status == "opened" for change in decisions.step(judgement))
    return count


def _peaks(rows: Scored, policy: Policy) -> list[float]:
    """The highest score of every occasion of every entity, sustained as the policy wants it."""
    places: dict[tuple[int, str], list[int]] = {}
    for row, entity in enumerate(rows.entity):
        places.setdefault(entity, []).append(row)
    peaks: list[float] = []
    for own in places.values():
        score = sustained(rows.score[own], policy.open_m, policy.open_n)
        peaks += occasions(rows.end[own] // MINUTE, score)
    return peaks


def _limits(bundle: Bundle) -> tuple[float, float]:
    """Least and largest factor."""
    held = bundle.card.threshold
    if bundle.card.algorithm == "decision_tree":
        return LOWEST_OF_TREE * _trained_threshold(bundle) / held, HIGHEST_PROBABILITY / held
    return LOWEST * _trained_threshold(bundle) / held, np.inf


def _trained_threshold(bundle: Bundle) -> float:
    return float(bundle.card.metrics.get("calibration", {}).get("trained_threshold", bundle.card.threshold))


def _with_threshold(
    scenario: Scenario, bundle: Bundle, threshold: float, log: RecordedLog, told: dict[str, Any]
) -> Trained:
    """The bundle's model with another threshold, and the figures that follow from it."""
    card = bundle.card
    model = replace(load_scorer(bundle), threshold=threshold)
    golden = np.asarray(bundle.golden.scores, np.float64)
    return Trained(
        stem=card.name,
        onnx=bundle.onnx,
        extras=bundle.extras,
        features=card.features,
        threshold=threshold,
        metrics={**card.metrics, **evaluation_of(card.name)(model, bundle.extras, log, card.seed), **told},
        golden_inputs=np.asarray(bundle.golden.inputs, np.float32),
        golden_scores=golden if card.algorithm == "lstm" else golden * card.threshold / threshold,
        parity=card.parity,
        training_span=card.training_span,
        seed=card.seed,
    )
