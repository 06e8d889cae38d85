"""One run of the benchmarks: a Kafka of its own, the load, the contest, what the contestants found."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.broker import Broker, free_port
from tests.benchmarks.agreement import disagreements, found
from tests.benchmarks.contest import PEERS, Contest, Contestant, Tell
from tests.benchmarks.filling import Load, fill

HEAP_MB = 512


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured."""

    contestants: Sequence[Contestant]
    runs: int
    seconds: float  # that a slow contestant may read
    peers: Path = field(default=PEERS)


def hold(wish: Wish, load: Load, folder: Path, tell: Tell) -> tuple[Contest, list[str]]:
    """The contest with its results, and what the contestants at the same job did not find alike."""
    with filled(load, folder, tell) as bootstrap:
        contest = Contest(bootstrap, load, folder, wish.seconds, tell, wish.peers)
        contest.run(wish.contestants, wish.runs)
        jobs = {name: results for name, results in contest.results.items() if name.endswith("_job")}
        return contest, disagreements({name: found(bootstrap, name, results) for name, results in jobs.items()})


@contextmanager
def filled(load: Load, folder: Path, tell: Tell) -> Iterator[str]:
    """A Kafka node with the load on its topics; gives its address."""
    with Broker(folder / "kafka", free_port(), free_port(), heap_mb=HEAP_MB) as broker:
        tell(f"Kafka at {broker.bootstrap}; sending {load.records:,} events")
        fill(broker.bootstrap, load)
        yield broker.bootstrap
