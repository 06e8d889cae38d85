"""The command line of the chaos."""

import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tests.chaos import nodes, shop, workers
from tests.chaos.aside import beside
from tests.chaos.findings import Findings
from tests.chaos.history import write_history
from tests.chaos.reference import Reference, replayed

STORIES = ("shop", "workers", "nodes")  # the logs of the others are recorded beside the first
NODES_SHARE = 0.25  # of the events: three brokers share the machine with the workers
NODES_SECONDS = 300.0
SHOP_SECONDS = 60.0

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kill workers and brokers under load, then hold everything against an undisturbed replay. Exit status 1 and a "
    "line for every difference when something was lost, counted twice or told twice.",
)


@app.command()
def main(
    seed: Annotated[int | None, typer.Option(help="What is drawn; by chance unless given.")] = None,
    events: Annotated[int, typer.Option(min=1_000, help="Events of the workers' log; rather more come.")] = 960_000,
    kills: Annotated[int, typer.Option(min=1, help="How often a worker is killed.")] = 20,
    minutes: Annotated[float, typer.Option(min=1, help="After so long it ends, whatever it has not done yet.")] = 14.8,
    only: Annotated[str, typer.Option(help="Stories to play, of workers, nodes, shop.")] = ",".join(STORIES),
    json: Annotated[Path | None, typer.Option(help="Write the findings to this file.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder.")] = None,
) -> None:
    """Play the stories one after the other."""
    drawn = random.randrange(10**6) if seed is None else seed
    print(f"seed {drawn}", flush=True)
    bound(minutes)
    found = []
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        for one in play(only.split(","), drawn, events, kills, keep or Path(folder)):
            print(one.text(), flush=True)
            found.append(asdict(one))
            if json:  # after each story, for the next may not end
                json.parent.mkdir(parents=True, exist_ok=True)
                json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    raise typer.Exit(any(one["faults"] for one in found))


class OutOfTime(BaseException):
    """Nothing on the way takes it for an ordinary failure and tries again."""


def bound(minutes: float) -> None:
    """End by an exception, so that everything started is ended too, after so long or on SIGTERM."""

    def end(number: int, _frame: object) -> None:
        raise OutOfTime(f"ended by {signal.Signals(number).name}; {minutes:g} minutes were allowed")

    signal.signal(signal.SIGALRM, end)
    signal.signal(signal.SIGTERM, end)
    signal.setitimer(signal.ITIMER_REAL, minutes * 60)


def play(stories: list[str], seed: int, events: int, kills: int, folder: Path) -> Iterator[Findings]:
    """The findings of each story as they come; one that does not end in time is the last."""
    if unknown := sorted(set(stories) - set(STORIES)):
        raise typer.BadParameter(f"no story {', '.join(unknown)}; there are {', '.join(STORIES)}")
    with beside() as recorder:
        sizes = {"workers": (events, seed), "nodes": (int(events * NODES_SHARE), seed + 1)}
        recorded = {name: recorder.submit(_history, folder / name, *sizes[name]) for name in stories if name in sizes}
        for name in stories:
            began = time.monotonic()
            try:
                yield _played(name, seed, kills, folder / name, recorded.get(name))
            except (AssertionError, OutOfTime) as error:
                yield Findings(name, seed, events, {}, [], [str(error)], time.monotonic() - began)
                return


def _played(name: str, seed: int, kills: int, folder: Path, recorded: Future[Reference] | None) -> Findings:
    if recorded is None:
        return shop.play(shop.Story(seed, SHOP_SECONDS), folder, _tell)
    reference = recorded.result()
    if name == "nodes":
        return nodes.play(nodes.Story(seed, NODES_SECONDS), reference.log, reference, folder, _tell)
    return workers.play(workers.Story(seed, kills), reference.log, reference, folder, _tell)


def _history(folder: Path, events: int, seed: int) -> Reference:
    began = time.monotonic()
    log = folder / "log.jsonl"
    write_history(log, events, seed)
    reference = replayed(log)
    count, anomalies = reference.events, len(reference.anomalies)
    _tell(f"{time.monotonic() - began:.0f} s: {count} events are recorded, the replay says {anomalies} anomalies")
    return reference


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
