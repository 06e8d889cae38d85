"""The judge's command line."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tests.evaluation.cases import BY_FAMILY, draw_case
from tests.evaluation.delivery import delivered
from tests.evaluation.history import draw_history
from tests.evaluation.messages import Messages
from tests.evaluation.report import summary, table
from tests.evaluation.scene import NotStageable
from tests.evaluation.session import Options, judge
from tests.evaluation.wire import Writer, write
from tests.evaluation.world import World, draw_world

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Judge the detectors on shops nobody tuned to. Seeds 1 to 49 are for development, 50 to 99 for the final "
    "report alone.",
)
SeedOption = Annotated[int, typer.Option(help="The shop; 1 to 49 for development, 50 to 99 for the final report.")]


@app.command()
def run(
    seeds: Annotated[str, typer.Option(help="Shops, as 1,2,5-8; 1 to 49 development, 50 to 99 final.")] = "1,2,3",
    families: Annotated[str, typer.Option(help="Scenarios to judge.")] = ",".join(BY_FAMILY),
    draws: Annotated[int, typer.Option(min=1, help="Cases of each situation a seed.")] = 2,
    days: Annotated[int, typer.Option(min=7, help="Training days.")] = 14,
    clean_days: Annotated[int, typer.Option(min=4, help="Days without incidents behind them.")] = 7,
    registry: Annotated[Path | None, typer.Option(help="Judge these models instead of training for each seed.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep trained models and states here for the next run.")] = None,
    only: Annotated[str, typer.Option(help="Only situations whose name contains this.")] = "",
    json: Annotated[Path | None, typer.Option(help="Write everything to this file.")] = None,
) -> None:
    """Train, replay, judge; one line a situation."""
    chosen = tuple(families.split(","))
    if unknown := sorted(set(chosen) - BY_FAMILY.keys()):
        raise typer.BadParameter(f"no family {', '.join(unknown)}; there are {', '.join(BY_FAMILY)}")
    options = Options(_numbers(seeds), chosen, draws, days, clean_days, registry, keep, only)
    for found in judge(options, lambda text: print(text, file=sys.stderr, flush=True)):
        if json:  # after every seed, for a run may take long
            whole = summary(found.results, found.weeks, found.skipped)
            json.write_bytes(msgspec.json.format(msgspec.json.encode(whole)))
    print(table(found.results, found.weeks, found.skipped))


@app.command()
def generate(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the log goes, one message a line.")],
    seed: SeedOption = 1,
    days: Annotated[int, typer.Option(min=7, help="Training days.")] = 14,
    situation: Annotated[str, typer.Option(help="A continuation with this; else the clean days.")] = "",
    draw: Annotated[int, typer.Option(help="Which case of the situation.")] = 0,
) -> None:
    """A shop's log; of a situation, the truth about it goes to stdout as JSON."""
    history = draw_history(draw_world(seed, days))
    if not situation:
        _write(output, history.world, history.between(history.world.start, history.world.trained_until))
        return
    for family, held in BY_FAMILY.items():
        for one in held:
            if one.name == situation:
                try:
                    case = draw_case(history, family, one, draw)
                except NotStageable as error:
                    raise typer.BadParameter(f"seed {seed} cannot show {situation!r}: {error}") from error
                _write(output, history.world, case.messages)
                print(msgspec.json.encode(case.truth).decode())
                return
    raise typer.BadParameter(f"no situation {situation!r}; see: python -m tests.evaluation situations")


@app.command()
def situations() -> None:
    """All situations by family."""
    for family, held in BY_FAMILY.items():
        for one in held:
            print(f"{family:<20} {one.name}")


def _write(path: Path, world: World, messages: Messages) -> None:
    write(path, delivered(world, messages), Writer(world.seed, world.habits.names_user))


def _numbers(text: str) -> tuple[int, ...]:
    """`1,2,5-8` as numbers."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last or first).isdigit()):
            raise typer.BadParameter(f"--seeds {text!r}: give numbers and ranges, as 1,2,5-8")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
