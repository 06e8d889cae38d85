"""One scenario's training from the log to a stored, verified bundle."""

import importlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, Protocol, cast

from models.bundle import read_bundle
from models.errors import ScenarioMalformed
from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.scorer import load_scorer
from models.spec import Scoring
from models.training.bundling import write_bundle
from models.training.flagged import Flagged
from models.training.heeded import ordinary
from models.training.log import RecordedLog
from models.training.trained import Trained


class Fit(Protocol):
    """`fit` of a module `models/training/<stem>.py`."""

    def __call__(self, log: RecordedLog, seed: int, progress: Callable[[str], None]) -> Trained: ...


class Evaluate(Protocol):
    """`evaluate` of a module `models/training/<stem>.py`."""

    def __call__(self, model: Scoring, extras: dict[str, Any], log: RecordedLog, seed: int) -> dict[str, Any]: ...


class Done(NamedTuple):
    """A scenario that was trained."""

    stem: str
    version: str
    seconds: float


def timed_fit(
    stem: str,
    *,
    log: RecordedLog,
    flagged: Sequence[Flagged] = (),
    registry: Registry,
    seed: int,
    progress: Callable[[str, str], None],
) -> Done:
    """`fit` now, with the time it took; `progress` is told the stem too, for several may be on their way."""
    begun = time.monotonic()
    tell = partial(progress, stem)
    version = fit(stem, ordinary(log, scenarios()[stem], flagged, tell), registry, seed, datetime.now(UTC), tell)
    return Done(stem, version, time.monotonic() - begun)


def fit(
    stem: str, log: RecordedLog, registry: Registry, seed: int, now: datetime, progress: Callable[[str], None]
) -> str:
    """Train, store, read back and verify; the new version. Raises ExportMismatch, BundleRefused."""
    trained = fit_of(stem)(log, seed, progress)
    version = registry.next_version(stem)
    path = write_bundle(registry.folder, trained, version, now)
    load_scorer(read_bundle(path))
    return version


def fit_of(stem: str) -> Fit:
    """The scenario's `fit`; ScenarioMalformed when there is none."""
    return cast(Fit, _part_of(stem, "fit", "log, seed, progress"))


def evaluation_of(stem: str) -> Evaluate:
    """The scenario's `evaluate`; ScenarioMalformed when there is none."""
    return cast(Evaluate, _part_of(stem, "evaluate", "model, extras, log, seed"))


def _part_of(stem: str, name: str, arguments: str) -> object:
    try:
        return getattr(importlib.import_module(f"models.training.{stem}"), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ScenarioMalformed(f"models/training/{stem}.py with a function {name}({arguments}) is needed") from error
