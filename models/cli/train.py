"""`train`: a recorded log becomes a bundle a scenario."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.cli.options import DEFAULT_REGISTRY, LabelsOption, RegistryOption, chosen, counter, say
from models.labels import read_labels
from models.registry import Registry

if TYPE_CHECKING:  # the training libraries take seconds to load
    from models.training.course import Done


def train(
    log: Annotated[list[Path], typer.Option("--log", help="Recorded log or folder, 7 days or more; several are read.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
    only: Annotated[list[str] | None, typer.Option("--only", help="Train this scenario alone; repeatable.")] = None,
    labels: LabelsOption = None,
    promote: Annotated[bool, typer.Option("--promote", help="Let the new models serve.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="So many scenarios at once, each in a process.")] = 2,
) -> None:
    """Fit, export, check and store a model for every scenario."""
    stems = [scenario.SPEC.stem for scenario in chosen(only or [])]
    said = read_labels(labels) if labels else []
    from models.training.course import timed_fit  # imported here, for they take seconds to load
    from models.training.heeded import not_learnt
    from models.training.log import read_log

    started = time.monotonic()
    recorded = read_log(log, counter("records read"))
    say(f"{len(recorded):,} events over {recorded.days:.1f} days, {sum((recorded.refused or {}).values())} unreadable")
    held = Registry(registry)
    fit = partial(timed_fit, log=recorded, flagged=not_learnt(said), registry=held, seed=seed, progress=_tell)
    for stem, version, seconds in _fitted(fit, stems, jobs):
        if promote:
            held.promote(stem, version)
        print(f"{stem} {version} trained in {seconds:.0f} s{', promoted' if promote else ''}")
    say(f"done in {time.monotonic() - started:.0f} s")


def _fitted(fit: Callable[[str], "Done"], stems: Sequence[str], jobs: int) -> Iterator["Done"]:
    """The scenarios in order, each as soon as those before it are done."""
    if jobs == 1 or len(stems) == 1:
        yield from map(fit, stems)
        return
    with ProcessPoolExecutor(min(jobs, len(stems)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(fit, stems)


def _tell(stem: str, text: str) -> None:
    say(f"{stem}: {text}")
