"""The contest: every contestant a process of its own, all on the same topics, in turns, several times."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from deploy.local.broker import TopicConfig, create_topics
from models.bundle import read_bundle
from models.registry import Registry
from shop_services.contracts.topics import SHOP_TOPICS
from tests.benchmarks import leftovers
from tests.benchmarks.filling import PARTITIONS, Load
from tests.benchmarks.order import Order, Result, parse, written

LONGEST_SECONDS = 600.0  # for who reads everything
PATIENCE_SECONDS = 120.0  # beyond: start, end, and the last batch
MODEL = "stock_exhaustion"  # whose tree does the same job
PEERS = Path(".bench/bin/python")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A module of `contestants`, and what it is in words."""

    name: str
    text: str
    is_peer: bool = False  # needs the peers' environment
    is_bounded: bool = True  # by time; else it reads everything


CONTESTANTS = (
    Contestant("raw", "aiokafka, counts records", is_bounded=False),
    Contestant("worker", "the whole worker, four scenarios", is_bounded=False),
    Contestant("stock_brain", "stock Faust, the worker's work event by event"),
    Contestant("stock_take", "stock Faust, the worker's work, 1,000 events at a time"),
    Contestant("stock_nothing", "stock Faust, does nothing"),
    Contestant("stock_decode", "stock Faust, decodes"),
    Contestant("batch_nothing", "our batches, does nothing"),
    Contestant("batch_decode", "our batches, decodes"),
    Contestant("stock_job", "stock Faust, the same job"),
    Contestant("batch_job", "our batches, the same job"),
    Contestant("batch_memory_job", "our batches, the same job, windows not kept"),
    Contestant("quix_job", "Quix Streams, the same job", is_peer=True),
    Contestant("bytewax_job", "Bytewax, the same job, windows not kept", is_peer=True),
)


@dataclass(slots=True)
class Contest:
    """Runs contestants one after the other; `tell` hears of the progress."""

    bootstrap: str
    load: Load
    folder: Path
    seconds: float  # that a bounded contestant reads
    tell: Tell
    peers: Path = PEERS  # the Python that has the peers
    results: dict[str, list[Result]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)  # contestants that could not run, and the remedy

    def run(self, contestants: Sequence[Contestant], runs: int) -> None:
        """All of them `runs` times, every second time in reversed order, so that none has always the same neighbour."""
        for number in range(runs):
            for contestant in contestants if number % 2 == 0 else reversed(contestants):
                if contestant.name not in self.missing:
                    self._once(contestant, f"{contestant.name}-{number}")

    def _once(self, contestant: Contestant, run: str) -> None:
        if contestant.is_peer and not self.peers.exists():
            self.missing[contestant.name] = "not installed: make .bench/.stamp"
            return
        leftovers.clear(self.bootstrap)
        order = self._order(contestant, run)
        began = time.monotonic()
        result = self._measured(contestant, order)
        if result is not None:
            self.results.setdefault(contestant.name, []).append(result)
            whole = "" if result.is_complete else f", {result.records:,} of {self.load.records:,}"
            self.tell(f"{run}: {result.rate:,.0f} events/s{whole} ({time.monotonic() - began:.0f} s)")

    def _order(self, contestant: Contestant, run: str) -> Order:
        card = read_bundle(Registry().promoted(MODEL)).card
        folder = self.folder / run
        folder.mkdir()
        create_topics(self.bootstrap, {leftovers.HITS + run: TopicConfig(1)})
        return Order(
            bootstrap=self.bootstrap,
            topics=SHOP_TOPICS,
            partitions=PARTITIONS,
            records=self.load.records,
            seconds=self.seconds if contestant.is_bounded else 0,
            folder=folder.absolute(),
            run=run,
            hits=leftovers.HITS + run,
            model=(Registry().promoted(MODEL) / "model.onnx").absolute(),
            threshold=card.threshold,
        )

    def _measured(self, contestant: Contestant, order: Order) -> Result | None:
        python = self.peers if contestant.is_peer else Path(sys.executable)
        module = f"tests.benchmarks.contestants.{contestant.name}"
        log = order.folder / "stderr"
        try:
            with log.open("wb") as errors:
                done = subprocess.run(  # noqa: S603 - our own modules
                    [str(python), "-m", module, written(order)],
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    check=False,
                    timeout=(order.seconds or LONGEST_SECONDS) + PATIENCE_SECONDS,
                )
            return parse(done.stdout)
        except (IndexError, msgspec.MsgspecError, subprocess.TimeoutExpired) as error:
            self.missing[contestant.name] = f"failed: {last_line(log) or type(error).__name__}"
            self.tell(f"{order.run}: {self.missing[contestant.name]}")
            return None


def last_line(log: Path) -> str:
    """What a process said last."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
