"""`calibrate`: thresholds from an alert budget."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.bundle import read_bundle
from models.cli.options import DEFAULT_REGISTRY, RegistryOption, chosen, counter, say, saying
from models.registry import Registry

DAYS = {"day": 7.0, "week": 1.0}  # how often in a week


def calibrate(
    budget: Annotated[str, typer.Option(help="False anomalies a scenario may open, as 0.5/week or 1/day.")],
    log: Annotated[list[Path], typer.Option("--log", help="Recorded log or folder without trouble, 7 days or more.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
    only: Annotated[list[str] | None, typer.Option("--only", help="Calibrate this scenario alone; repeatable.")] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Let the new versions serve.")] = False,
) -> None:
    """Store a version of each serving model with the threshold that a budget asks for on a clean log."""
    per_week = weekly(budget)
    scenarios = chosen(only or [])
    held = Registry(registry)
    bundles = [read_bundle(held.promoted(scenario.SPEC.stem)) for scenario in scenarios]
    from models.training.calibration import calibrate as choose  # imported here: training libraries take seconds
    from models.training.log import read_log

    recorded = read_log(log, counter("records read"))
    say(f"{len(recorded):,} events over {recorded.days:.1f} days, {per_week:g} false anomalies a week and scenario")
    for scenario, bundle in zip(scenarios, bundles, strict=True):
        begun, stem = time.monotonic(), scenario.SPEC.stem
        found = choose(scenario, bundle, recorded, per_week, held, datetime.now(UTC), saying(stem))
        if promote:
            held.promote(stem, found.version)
        print(
            f"{stem} {found.version}: threshold {found.before:.4g} -> {found.threshold:.4g}, on this log"
            f" {found.opened_before:.2f} -> {found.opened:.2f} anomalies a week{', promoted' if promote else ''}"
            f" in {time.monotonic() - begun:.0f} s"
        )


def weekly(budget: str) -> float:
    """Anomalies a week.

    >>> weekly("0.5/week"), weekly("1/day")
    (0.5, 7.0)
    """
    number, slash, period = budget.partition("/")
    try:
        value = float(number) * DAYS[period]
    except (ValueError, KeyError):
        value = -1.0
    if not slash or not 0 <= value < float("inf"):
        raise typer.BadParameter(f"--budget {budget!r} is none; write how many a week or a day, as 0.5/week")
    return value
