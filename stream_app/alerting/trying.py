"""Another threshold tried on a recorded log, against what is configured now. Blocking: for a thread."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from models.calendar import NO_CALENDAR, Calendar, read_calendar
from models.errors import ModelsError
from models.tuning import Tuning
from models.what_if import Comparison, what_if
from stream_app.alerting.errors import WhatIfRefused
from stream_app.config.document import Config, DetectorConfig
from stream_app.config.reading import read_config
from stream_app.settings import Settings


class Trial(NamedTuple):
    """What is tried: None keeps what is configured. `since` is event time in ms, 0: all of the log."""

    scenario: str
    threshold: float | None = None
    minimum_volume: float | None = None
    since: int = 0


def try_out(
    settings: Settings, logs: Sequence[Path], trial: Trial, progress: Callable[[int], None] = lambda _: None
) -> Comparison:
    """What would have been reported, as `models.what_if` tells it; a detector that is off is tried as if it were on.

    Raises WhatIfRefused, or ConfigRefused when the configuration file cannot be used.
    """
    config = read_config(settings.config) if settings.config else Config()
    changed = _tuning(config, trial)
    try:
        return what_if(
            logs,
            {trial.scenario: changed},
            present={trial.scenario: config.of(trial.scenario).tuning},
            registry=settings.registry,
            calendar=_calendar(settings, config),
            since=trial.since,
            progress=progress,
        )
    except ModelsError as error:
        raise WhatIfRefused(str(error)) from error


def _tuning(config: Config, trial: Trial) -> Tuning:
    asked = {"threshold": trial.threshold, "minimum_volume": trial.minimum_volume}
    tried = {key: value for key, value in asked.items() if value is not None} | {"mode": "on"}
    try:
        return DetectorConfig.model_validate(config.of(trial.scenario).model_dump() | tried).tuning
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise WhatIfRefused(f"{first['loc'][0]}: {first['msg']}") from None


def _calendar(settings: Settings, config: Config) -> Calendar:
    """What the file and the configuration announce together, as the worker hears it."""
    kept = read_calendar(settings.calendar) if settings.calendar and settings.calendar.exists() else NO_CALENDAR
    own = config.calendar.calendar()
    return Calendar(kept.closed_days | own.closed_days, (*kept.windows, *own.windows))
