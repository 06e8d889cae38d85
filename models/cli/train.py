"""`train`: a recorded log becomes a bundle a scenario."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.cli.options import DEFAULT_REGISTRY, RegistryOption, chosen, counter, say, saying
from models.registry import Registry


def train(
    log: Annotated[list[Path], typer.Option("--log", help="Recorded log, 7 days or more; several are read in turn.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
    only: Annotated[list[str] | None, typer.Option("--only", help="Train this scenario alone; repeatable.")] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Let the new models serve.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
) -> None:
    """Fit, export, check and store a model for every scenario."""
    stems = [scenario.SPEC.stem for scenario in chosen(only or [])]
    from models.training.course import fit  # imported here: the training libraries take seconds to load
    from models.training.log import read_log

    started = time.monotonic()
    recorded = read_log(log, counter("records read"))
    say(f"{len(recorded):,} events over {recorded.days:.1f} days, {sum((recorded.refused or {}).values())} unreadable")
    held = Registry(registry)
    for stem in stems:
        begun = time.monotonic()
        version = fit(stem, recorded, held, seed, datetime.now(UTC), saying(stem))
        if promote:
            held.promote(stem, version)
        print(f"{stem} {version} trained in {time.monotonic() - begun:.0f} s{', promoted' if promote else ''}")
    say(f"done in {time.monotonic() - started:.0f} s")
