"""`evaluate`: the figures of a card, measured again."""

from pathlib import Path
from typing import Annotated

import typer

from models.bundle import read_bundle
from models.cli.options import DEFAULT_REGISTRY, RegistryOption, chosen, counter, say
from models.registry import Registry
from models.served import load_bundle
from models.training.figures import Difference, differences, flat

LogOption = Annotated[list[Path], typer.Option("--log", help="The recorded log; several are read in turn.")]


def evaluate(
    stem: Annotated[str, typer.Argument(help="The scenario.")],
    log: LogOption,
    version: Annotated[str, typer.Argument(help="A version.", show_default="the promoted one")] = "",
    registry: RegistryOption = DEFAULT_REGISTRY,
    tolerance: Annotated[float, typer.Option(help="Largest relative difference that counts as equal.", min=0)] = 0.02,
) -> None:
    """Measure a model again with the seed of its card, on the log it was trained on. Exit status 1 when it differs."""
    (scenario,) = chosen([stem])
    held = Registry(registry)
    path = held.path(stem, version) if version else held.promoted(stem)
    served, card = load_bundle(path, scenario, "serving"), read_bundle(path).card
    from models.training.course import evaluation_of  # imported here: the training libraries take seconds to load
    from models.training.log import read_log

    found = evaluation_of(stem)(served.model, served.extras, read_log(log, counter("records read")), card.seed)
    compared = differences(card.metrics, found)
    _print(compared, tolerance)
    kept = sorted(dict(flat(card.metrics)).keys() - {difference.name for difference in compared})
    say(f"not measured again: {', '.join(kept)}" if kept else "every figure was measured again")
    if any(not difference.size <= tolerance for difference in compared):
        say(f"{stem} {card.version} differs from its card: is this the log it was trained on?")
        raise typer.Exit(1)


def _print(compared: list[Difference], tolerance: float) -> None:
    print(f"{'figure':<52} {'card':>12} {'now':>12}")
    for difference in compared:
        mark = "" if difference.size <= tolerance else "  differs"
        print(f"{difference.name:<52} {difference.told:>12g} {difference.found:>12g}{mark}")
