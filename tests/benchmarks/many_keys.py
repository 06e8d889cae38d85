"""What an event costs, and what a state weighs, with more and more live users and products.

    python -m tests.benchmarks.many_keys [--entities 1000,10000,100000,1000000] [--json FILE]

Nine of ten entities are users, one is a product. Visits (a reservation, a cart line, for half of them an order) are
spread evenly over all of them until every one was seen; then so many more visits are timed. Events go through the
brain as in the worker, from columns to judgements, with the scenarios that follow single users and products and their
shipped models. Each number of entities has a process of its own. `us/event` is time of the processor, `x` the same over
the first row's, `bytes` the growth of the process by entity. A snapshot is made (`save`; meanwhile the worker does
nothing else), put into the in-memory table and into RocksDB (`rocks`), and taken up again (`load`); `forget` is the
hourly cleaning, which cuts to the caps.
"""

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.columns import MISSING, Columns, kind_code
from models.combiner import Combiner
from models.detector import Detector
from models.facts import Int64s
from models.registry import Registry
from models.report import SEGMENT, decode, encode
from models.scenarios.discovery import scenarios
from models.served import Served, load_served
from models.windows import Watermark
from stream_app.batching.partition_store import MemoryStore, PartitionStore, RocksStore
from stream_app.serve import GC_THRESHOLD
from stream_app.snapshots import FakeStore, Snapshot, Snapshots
from tests.benchmarks.telling import show, tell

STEMS = ("stock_exhaustion", "price_exploit")
BATCH = 2_048  # events
TIMED = 100_000  # events
PER_SECOND = 1_000  # events of event time
START = 1_774_000_000_000
SOURCE = "cart-events/0"
NUMBERS = (
    "us_event",
    "ratio",
    "bytes_entity",
    "snapshot_mb",
    "save_s",
    "memory_s",
    "rocks_s",
    "load_s",
    "forget_s",
)


class Shop:
    """Makes columns of visits; who comes next is drawn evenly, after all have been there in order."""

    def __init__(self, entities: int, start_ms: int = START) -> None:
        self._start_ms = start_ms
        self.products = max(entities // 10, 1)
        self.users = entities - self.products
        self._rng = np.random.default_rng(entities)
        self._offset = 0
        self._visits = 0

    def stocked(self) -> Columns:
        """The warehouse announces every product."""
        products = np.arange(self.products)
        return self._columns(np.full(len(products), kind_code("ProductAddedToWarehouse")), products, None, 1_000)

    def visits(self) -> Columns:
        """A batch: two of five events are reservations, two are cart lines, one an order."""
        size = BATCH // 5
        number = np.arange(self._visits, self._visits + size)
        user = np.where(number < self.users, number, self._rng.integers(0, self.users, size))
        product = np.where(number < self.products, number, self._rng.integers(0, self.products, size))
        self._visits += size
        codes = [kind_code(name) for name in ("ProductReservationCreated", "ProductAddedToCart")]
        kind = np.repeat([*codes, kind_code("OrderCreated")], (size, size, size // 2))
        ordered = user[: size // 2]
        products = np.concatenate([product, product, np.full(len(ordered), -1)])
        return self._columns(kind, products, np.concatenate([user, user, ordered]), 2)

    @property
    def is_full(self) -> bool:
        """Every user and product was seen."""
        return self._visits >= max(self.users, self.products)

    def _columns(self, kind: Int64s, product: Int64s, user: Int64s | None, quantity: int) -> Columns:
        size = len(kind)
        offset = np.arange(self._offset, self._offset + size)
        self._offset += size
        return Columns(
            kind=kind.astype(np.int16),
            time=self._start_ms + offset * 1_000 // PER_SECOND,
            offset=offset,
            product=product,
            user=np.full(size, -1) if user is None else user,
            cart=np.full(size, -1) if user is None else user,
            quantity=np.full(size, quantity),
            price=np.where(product >= 0, 5.0 + product % 90, np.nan),
            event_id=np.array([f"{number:036x}" for number in offset.tolist()], object),
            cause=np.full(size, MISSING),
            request=np.full(size, MISSING),
        )


class Brain:
    """Both stages of some scenarios, without a broker."""

    def __init__(self, served: Sequence[Served]) -> None:
        self._combiners = [Combiner(one.scenario, SOURCE) for one in served]
        mark = Watermark(30_000, frozenset({SOURCE}))
        self.detectors = [Detector(one.scenario, one.model, mark, one.extras) for one in served]

    def take(self, columns: Columns) -> None:
        """Count a batch and judge it."""
        for start in range(0, len(columns), SEGMENT):  # a batch never crosses a segment
            self._take(columns.where((columns.offset // SEGMENT) == (columns.offset[start] // SEGMENT)))

    def _take(self, columns: Columns) -> None:
        last = int(columns.offset[-1])
        for combiner, detector in zip(self._combiners, self.detectors, strict=True):
            report = combiner.report(combiner.absorb(columns, last), caught_up=True, clock=int(columns.time[-1]))
            for told in decode(encode(report)):
                detector.absorb(told)
            detector.judge()


def measure(entities: int) -> dict[str, float]:
    """The figures of one number of entities."""
    gc.set_threshold(*GC_THRESHOLD)
    brain, shop = Brain(load_served(Registry(), [scenarios()[stem] for stem in STEMS])), Shop(entities)
    before = rss()
    fill(brain, shop)
    gc.collect()
    weight = (rss() - before) / entities
    return {"us_event": _timed(brain, shop), "bytes_entity": round(weight), **_stored(brain), **_forgotten(brain)}


def fill(brain: Brain, shop: Shop) -> None:
    """Let every product be announced and every user come by."""
    brain.take(shop.stocked())
    while not shop.is_full:
        brain.take(shop.visits())


def _timed(brain: Brain, shop: Shop) -> float:
    batches = [shop.visits() for _ in range(TIMED // BATCH)]
    began = time.process_time()
    for batch in batches:
        brain.take(batch)
    return (time.process_time() - began) / sum(map(len, batches)) * 1e6


def _stored(brain: Brain) -> dict[str, float]:
    """Seconds to make a snapshot, to put it into either table, and to take it up."""
    states, save = clocked(lambda: [detector.save() for detector in brain.detectors])
    with tempfile.TemporaryDirectory() as folder:
        _, memory = clocked(lambda: _write(MemoryStore(), states))
        _, rocks = clocked(lambda: _write(RocksStore(Path(folder, "rocks")), states))
    _, load = clocked(lambda: [d.load(state) for d, state in zip(brain.detectors, states, strict=True)])
    size = sum(map(len, states)) / 1e6
    return {"snapshot_mb": size, "save_s": save, "memory_s": memory, "rocks_s": rocks, "load_s": load}


def _write(store: PartitionStore, states: Sequence[bytes]) -> None:
    """As the table does it: in chunks, written as one batch when its changelog has them."""
    for state in states:
        held = FakeStore()
        Snapshots(held).save(Snapshot(state, 0))
        store.write([(key, value) for (_, key), value in held.rows.items()], 0)
    store.close()


def _forgotten(brain: Brain) -> dict[str, float]:
    now = brain.detectors[0].watermark.value
    gone, seconds = clocked(lambda: sum(detector.memory.forget(now) for detector in brain.detectors))
    return {"forget_s": seconds, "evicted": gone}


def clocked(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the seconds of the processor it took."""
    began = time.process_time()
    return work(), time.process_time() - began


def rss() -> int:
    """Bytes this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """The figures to read."""
    rows = [" ".join(f"{name:>12}" for name in ("entities", *NUMBERS, "evicted"))]
    for entities, held in figures.items():
        cells = [f"{held[name]:>12.3f}" for name in NUMBERS]
        rows.append(" ".join([f"{int(entities):>12,}", *cells, f"{int(held['evicted']):>12,}"]))
    return "\n".join(rows)


def in_process(entities: int) -> dict[str, float]:
    """The figures from a process of its own."""
    tell(f"{entities:,} entities")
    command = [sys.executable, "-m", "tests.benchmarks.many_keys", "--one", str(entities)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Parse the arguments, measure, print the table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entities", default="1000,10000,100000,1000000", help="users and products together")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    figures = {entities: in_process(int(entities)) for entities in options.entities.split(",")}
    first = next(iter(figures.values()))["us_event"]
    figures = {name: held | {"ratio": held["us_event"] / first} for name, held in figures.items()}
    show(table(figures), figures, options.json)


if __name__ == "__main__":
    main()
