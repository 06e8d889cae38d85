"""`python -m tests.benchmarks`: speeds, each told as a ratio of two contestants in one run on one machine."""

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from tests.benchmarks import brain
from tests.benchmarks.contest import CONTESTANTS, PEERS
from tests.benchmarks.filling import COMPRESSION, PARTITIONS, SEED, Load, record
from tests.benchmarks.machine import load as machine_load
from tests.benchmarks.machine import machine
from tests.benchmarks.ratios import ratios
from tests.benchmarks.report import brain_table, chosen, contestants_table, figures, ratios_table, show
from tests.benchmarks.session import Wish, hold
from tests.benchmarks.telling import tell

BUSY = 300.0  # about 3,000 events a minute; an ordinary shop has 30, and its minutes cost more than its events
BRAIN = "brain"  # the replay of the load without Kafka
NAMES = (*(contestant.name for contestant in CONTESTANTS), BRAIN)


def main(
    only: Annotated[str, typer.Option(help=f"Names, separated by commas: {', '.join(NAMES)}.")] = ",".join(NAMES),
    events: Annotated[int, typer.Option(min=1_000, help="Messages of the recorded log.")] = 300_000,
    demand: Annotated[float, typer.Option(min=1, help="Times the visitors of an ordinary shop.")] = BUSY,
    runs: Annotated[int, typer.Option(min=1, help="Of each contestant, in turns; medians count.")] = 3,
    seconds: Annotated[float, typer.Option(min=1, help="That a contestant slower than we may read.")] = 20.0,
    peers: Annotated[Path, typer.Option(help="The Python that has Bytewax and Quix Streams.")] = PEERS,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where the figures go too.")] = None,
) -> None:
    """Compare the worker and its batch path with stock Faust, with the bare client and with other frameworks."""
    names = _names(only)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as temporary:
        folder = Path(temporary)
        tell(f"recording {events:,} events of the simulated shop")
        load = record(events, demand, folder / "log.jsonl")
        held, tables, notes = _measure(names, Wish(chosen(names), runs, seconds, peers), load, folder)
    show(tables, notes)
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(held, indent=1) + "\n")
    if held["disagreements"]:
        raise typer.Exit(1)


def _measure(names: list[str], wish: Wish, load: Load, folder: Path) -> tuple[dict[str, Any], list[Table], list[str]]:
    began, tables, notes = machine_load(), list[Table](), [_described(load)]
    held: dict[str, Any] = {"machine": machine(), "events": load.records, "runs": wish.runs, "disagreements": []}
    if wish.contestants:
        contest, apart = hold(wish, load, folder, tell)
        held |= figures(contest.results, contest.missing) | {"disagreements": apart}
        tables += [contestants_table(contest.results, contest.missing), ratios_table(list(ratios(contest.results)))]
        notes += [f"NOT THE SAME: {sentence}" for sentence in apart]
    if BRAIN in names:
        tell("replaying the log without Kafka")
        held["brain"] = brain.measure(load.path, brain.stages(), wish.runs)
        tables.append(brain_table(held["brain"]))
    held["load"] = {"before": began, "after": machine_load()}
    cores = machine()["processors"]
    notes.append(f"load of the machine {began[0]} before, {machine_load()[0]} after, on {cores} processors")
    return held, tables, notes


def _described(load: Load) -> str:
    size = f"{load.bytes / load.records:,.0f} bytes each in the log"
    pace = f"{load.records / load.minutes:,.0f} a minute"
    where = f"six topics of {PARTITIONS} partitions, {COMPRESSION}"
    return f"{load.records:,} events of the simulated shop, seed {SEED}, {pace}, {size}, {where}"


def _names(only: str) -> list[str]:
    names = [name.strip() for name in only.split(",")]
    if unknown := [name for name in names if name not in NAMES]:
        raise typer.BadParameter(f"{', '.join(unknown)}: known are {', '.join(NAMES)}", param_hint="--only")
    return names


if __name__ == "__main__":
    typer.run(main)
