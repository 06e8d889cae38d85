"""How fast the brain replays a log, against decoding and against reading the same log; all from one run.

Every stage runs several times in turn and the median counts: reading the lines, decoding them, and replaying with each
scenario alone and with all. Times are those of the processor, of one thread.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from models import conformance
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import Served, load_served

ALL = "all scenarios"

Stages = Mapping[str, Callable[[Path], int]]


def stages() -> Stages:
    """What is timed, by name; each reads a log and gives the number of records."""
    single = {stem: _replaying([stem]) for stem in scenarios()}
    beside = {conformance.SPEC.stem: lambda log: _judged(log, [conformance.judge()])}
    return {"reading": read, "decoding": decode, **single, **beside, ALL: _replaying(list(scenarios()))}


def read(log: Path) -> int:
    """The lines as they stand."""
    with log.open("rb") as stream:
        return sum(1 for _ in stream)


def decode(log: Path) -> int:
    """The lines as columns."""
    recording = Recording([log])
    for _ in recording.blocks():
        pass
    return recording.records


def _replaying(stems: list[str]) -> Callable[[Path], int]:
    return lambda log: _judged(log, load_served(Registry(), [scenarios()[stem] for stem in stems]))


def _judged(log: Path, judges: list[Served]) -> int:
    recording = Recording([log])
    for _ in Replay(judges).events(recording):
        pass
    return recording.records


def measure(log: Path, timed: Stages, runs: int) -> dict[str, float]:
    """Records a second of every stage, the median of the runs, which take turns."""
    rates: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(runs):
        for name, stage in timed.items():
            started = time.process_time()
            records = stage(log)
            rates[name].append(records / max(time.process_time() - started, 1e-9))
    return {name: statistics.median(held) for name, held in rates.items()}
