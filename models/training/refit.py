"""A new model beside the one that serves: fitted to the newest days and compared on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.agreement import Agreement
from models.bundle import read_bundle
from models.errors import BundleRefused
from models.registry import Registry
from models.rows import Rows
from models.served import Served, load_bundle
from models.spec import Scenario
from models.training.course import evaluation_of, fit
from models.training.figures import worse
from models.training.log import DAY_MS, RecordedLog
from models.training.passage import passage

COMPARED_DAYS = 2  # the newest days of the log, whose rows both models score


@dataclass(frozen=True, slots=True)
class Refitted:
    """What came of it. `reasons` against promoting; none: it is no worse."""

    version: str
    before: str | None  # the version that served
    reasons: list[str]
    agreement: Agreement


def refit(
    scenario: Scenario,
    log: RecordedLog,
    registry: Registry,
    seed: int,
    now: datetime,
    least_agreement: float,
    progress: Callable[[str], None],
) -> Refitted:
    """Fit and store a new version, and compare it. Nothing is promoted. Raises ExportMismatch, BundleRefused."""
    stem = scenario.SPEC.stem
    version = fit(stem, log, registry, seed, now, progress)
    new = load_bundle(registry.path(stem, version), scenario, "serving")
    old, refusal = _serving(registry, scenario)
    if old is None:
        progress(f"there is no model to compare with: {refusal}")
        return Refitted(version, None, [], Agreement())
    progress(f"comparing with version {old.identity.version}")
    figures = read_bundle(registry.path(stem, version)).card.metrics
    reasons = worse(evaluation_of(stem)(old.model, old.extras, log, seed), figures)
    agreement = agreement_on(log, new, old)
    if agreement.rows and agreement.share < least_agreement:
        reasons.append(f"the same verdict on {agreement.share:.1%} of {agreement.rows:,} rows")
    return Refitted(version, old.identity.version, reasons, agreement)


def newest_days(log: RecordedLog, days: float) -> RecordedLog:
    """The last days of a log, in event time."""
    _, last = log.span
    if log.days <= days:
        return log
    return log.between(int(last - days * DAY_MS), int(log.columns.time.max()) + 1)


def agreement_on(log: RecordedLog, new: Served, old: Served) -> Agreement:
    """Of two models on the rows of a log's newest days."""
    agreement = Agreement()
    for values in _rows(newest_days(log, COMPARED_DAYS), new):
        agreement.add(new.model.score(values), old.model.score(values))
    return agreement


def _rows(log: RecordedLog, served: Served) -> Iterator[NDArray[np.float32]]:
    memory = served.scenario.new_memory(served.model, served.extras)
    due: Iterator[Rows] = passage(served.scenario, log, memory)
    return (rows.values for rows in due)


def _serving(registry: Registry, scenario: Scenario) -> tuple[Served | None, str]:
    """The model that serves, or why there is none."""
    try:
        return load_bundle(registry.promoted(scenario.SPEC.stem), scenario, "serving"), ""
    except BundleRefused as error:
        return None, str(error)
