"""`refit`: new models from the newest days, promoted where they are no worse than what serves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.calendar import NO_CALENDAR, read_calendar
from models.cli.options import DEFAULT_REGISTRY, LabelsOption, RegistryOption, chosen, counter, say, saying
from models.labels import Label, read_labels
from models.registry import Registry
from models.spec import Scenario

if TYPE_CHECKING:
    from models.training.flagged import Flagged
    from models.training.refit import Refitted


def refit(
    log: Annotated[list[Path], typer.Option("--log", help="Logs or folders in order of time, 7 days or more.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
    only: Annotated[list[str] | None, typer.Option("--only", help="Refit this scenario alone; repeatable.")] = None,
    days: Annotated[float, typer.Option(help="So many of the newest days are learnt from.", min=7)] = 24.0,
    anomalies: Annotated[
        Path | None, typer.Option(help="AnomalyDetected events, one a line: their times are not learnt.")
    ] = None,
    labels: LabelsOption = None,
    calendar: Annotated[Path | None, typer.Option(help="Closed days and windows, which are not learnt either.")] = None,
    agreement: Annotated[
        float, typer.Option(help="Least share of the newest rows with the serving model's verdict.", min=0, max=1)
    ] = 0.9,
    keep: Annotated[bool, typer.Option("--keep", help="Store and compare, promote nothing.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
) -> None:
    """Fit to the newest days, compare with what serves, promote what is no worse. Workers follow within seconds.

    Exit status 0: every new model was promoted. 1: at least one was not, and the one before serves on. 2: bad input.
    """
    held = Registry(registry)
    known = read_calendar(calendar) if calendar else NO_CALENDAR
    from models.training.flagged import announced  # imported here: the training libraries take seconds to load
    from models.training.heeded import ordinary
    from models.training.log import read_log
    from models.training.refit import newest_days
    from models.training.refit import refit as refit_one

    flagged = _flagged(anomalies, read_labels(labels) if labels else [])
    recorded = newest_days(read_log(log, counter("records read")), days)
    say(f"{len(recorded):,} events over {recorded.days:.1f} days, {len(flagged)} anomalies in them are not learnt")

    def one(scenario: Scenario) -> "Refitted":
        stem = scenario.SPEC.stem
        learnt = ordinary(recorded, scenario, [*flagged, *announced(known, stem)], saying(stem))
        return refit_one(scenario, learnt, held, seed, datetime.now(UTC), agreement, saying(stem))

    verdicts = [_promoted(scenario.SPEC.stem, one(scenario), held, keep) for scenario in chosen(only or [])]
    if not all(verdicts):
        raise typer.Exit(1)


def _promoted(stem: str, found: "Refitted", registry: Registry, keep: bool) -> bool:
    """Whether nothing speaks against the new version, which serves then."""
    if not (found.reasons or keep):
        registry.promote(stem, found.version)
    print(_told(stem, found, keep))
    return not found.reasons


def _flagged(anomalies: Path | None, said: list[Label]) -> "list[Flagged]":
    """The times that are not learnt: what was reported and not judged ordinary, and what was true."""
    from models.training.flagged import read_flagged
    from models.training.heeded import learnt_after_all, not_learnt

    return [*(read_flagged(anomalies, learnt_after_all(said)) if anomalies else ()), *not_learnt(said)]


def _told(stem: str, found: "Refitted", keep: bool) -> str:
    if found.reasons:
        return f"{stem} {found.version} not promoted, {found.before} serves on: {'; '.join(found.reasons)}"
    word = "no worse, kept" if keep else "promoted"
    beside = f" in place of {found.before}, same verdict on {found.agreement.share:.1%}" if found.before else ""
    return f"{stem} {found.version} {word}{beside}"
