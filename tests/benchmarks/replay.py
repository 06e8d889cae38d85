"""How fast the brain replays a log, against decoding and against reading the same log; all from one run.

    python -m tests.benchmarks.replay [--log LOG] [--days 3] [--json FILE]

Without a log it lets the simulator write some days of the shop. Every stage runs three times in turn and the median
counts: reading the lines, decoding them, and replaying with each scenario alone and with all. Times are those of the
processor, of one thread. Only the ratios mean anything; absolute rates depend on the machine.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import load_served
from shop_services.traffic.generate import Generation, Wish, line
from tests.builders.logs import START

RUNS = 3
ALL = "all scenarios"

Stages = Mapping[str, Callable[[Path], int]]


def stages() -> Stages:
    """What is timed, by name; each reads a log and gives the number of records."""
    single = {stem: _replaying([stem]) for stem in scenarios()}
    return {"reading": read, "decoding": decode, **single, ALL: _replaying(list(scenarios()))}


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
    def replay(log: Path) -> int:
        recording = Recording([log])
        for _ in Replay(load_served(Registry(), [scenarios()[stem] for stem in stems])).events(recording):
            pass
        return recording.records

    return replay


def measure(log: Path, timed: Stages) -> dict[str, float]:
    """Records a second of every stage, the median of the runs, which take turns."""
    rates: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(RUNS):
        for name, stage in timed.items():
            started = time.process_time()
            records = stage(log)
            rates[name].append(records / max(time.process_time() - started, 1e-9))
    return {name: statistics.median(held) for name, held in rates.items()}


def table(rates: Mapping[str, float]) -> str:
    """The rates, and how many times as long as decoding each stage takes."""
    rows = [f"{'stage':>18} {'records/s':>12} {'x decoding':>10}"]
    rows += [f"{name:>18} {rate:>12,.0f} {rates['decoding'] / rate:>10.2f}" for name, rate in rates.items()]
    return "\n".join(rows)


def generate(days: float, log: Path) -> None:
    """An ordinary stretch of the simulated shop."""
    with log.open("wb") as stream:
        stream.writelines(line(delivery) for delivery in Generation.of(Wish(days, 7, START)).deliveries())


def main() -> None:
    """Parse the arguments, measure, print the table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--log", type=Path, help="a recorded log; without one it is generated")
    parser.add_argument("--days", type=float, default=3.0, help="of the generated log")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = options.log or Path(folder, "log.jsonl")
        if options.log is None:
            generate(options.days, log)
        rates = measure(log, stages())
    print(table(rates))
    figures = {
        name: {"records_per_second": round(rate), "times_decoding": round(rates["decoding"] / rate, 3)}
        for name, rate in rates.items()
    }
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
