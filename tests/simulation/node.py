"""A worker process: the real stages, and what the transport does between them and Kafka."""

from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from itertools import islice, takewhile
from types import SimpleNamespace
from typing import Any, TypeVar

from aiokafka.errors import KafkaConnectionError
from faust.types import TP
from prometheus_client import CollectorRegistry

from models.clock import Clock, WallClock
from models.detector import Detector
from models.spec import Scenario
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from stream_app.batching import RecordBatch
from stream_app.batching.positions import Position
from stream_app.complete import Complete
from stream_app.counting import Counting, Reading
from stream_app.errors import UnusableState
from stream_app.judging import Judging
from stream_app.lineup import Lineup
from stream_app.metrics import Metrics
from stream_app.seat import Seat
from stream_app.snapshots import Snapshot, Snapshots
from stream_app.topics import aggregates_topic
from stream_app.worker import Worker
from tests.builders.lineups import lineup
from tests.builders.pace import FreePace
from tests.simulation.kafka import FakeKafka, FakeTable, FlakySender
from tests.simulation.minutes import Minutes, Steps

LATENESS_MS = 30_000
STALE_MS = 10_000  # as in the settings: a broker that did not answer for so long is away
METRICS = Metrics(CollectorRegistry())  # shared: nobody looks at them here

Result = TypeVar("Result")


@dataclass(slots=True)
class Time:
    """The one clock of the simulation, ms."""

    now: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the workers are to do. `clock` is the clock of their settings, given the simulation's."""

    sources: tuple[TP, ...]
    scenario: Scenario = field(default_factory=Minutes)
    new_lineup: Callable[[], Lineup] = lambda: lineup(Steps())
    clock: Callable[[Time], Clock] = lambda time: WallClock(lambda: time.now / 1000)

    @property
    def stem(self) -> str:
        return self.scenario.SPEC.stem

    @property
    def reports(self) -> TP:
        """Where the first stage tells the second."""
        return TP(aggregates_topic(self.stem), 0)

    def judging(self, sender: FlakySender, time: Time) -> Judging:
        """The second stage, which knows nothing yet."""
        models, names = self.new_lineup(), frozenset(f"{tp.topic}/{tp.partition}" for tp in self.sources)
        detector = Detector(self.scenario, models.guard, Watermark(LATENESS_MS, names), dict(models.serving.extras))
        return Judging(detector, models, sender, METRICS, self.clock(time), lambda _: Links(), lambda: time.now / 1000)


MINUTES = Plan((TP("cart-events", 0), TP("cart-events", 1), TP("order-events", 0), TP("warehouse-events", 0)))


class WholeSnapshots(Snapshots):
    """None must be damaged, whenever a worker dies."""

    def load(self) -> Snapshot | None:
        try:
            return super().load()
        except UnusableState as error:
            raise AssertionError(f"a state was refused: {error}") from error


@dataclass(slots=True)
class Reach:
    """How far a partition is read."""

    fetched: int  # next offset to fetch
    done: int  # everything below is processed
    end: int | None = None  # its high watermark at `polled_at`
    polled_at: int = 0


@dataclass(slots=True)
class Node:
    """One worker. `is_member` is false for one that the group has dropped and that has not noticed."""

    kafka: FakeKafka
    time: Time
    snapshot_seconds: float
    together: int = 1  # batches that intake takes at once
    plan: Plan = MINUTES
    is_member: bool = True
    reach: dict[TP, Reach] = field(default_factory=dict)
    queue: deque[RecordBatch] = field(default_factory=deque)
    watermark: tuple[Detector | None, int] = (None, 0)
    sender: FlakySender = field(init=False)
    table: FakeTable = field(init=False)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.sender, self.table = FlakySender(self.kafka), FakeTable(self.kafka)
        plan, clock = self.plan, self.plan.clock(self.time)
        counting = Counting([plan.scenario], clock, self.sender, METRICS)
        pace = FreePace(self.snapshot_seconds, self._seconds)
        seat = Seat(lambda: plan.judging(self.sender, self.time), WholeSnapshots(self.table), pace)
        nothing: Any = None
        sight: Any = SimpleNamespace(is_clear=True)
        complete = Complete(clock, self._seconds)
        self.worker = Worker(
            nothing, counting, {plan.stem: seat}, nothing, METRICS, self.sender, sight, clock, dict, complete
        )

    @property
    def seat(self) -> Seat:
        return self.worker.seats[self.plan.stem]

    def _seconds(self) -> float:
        return self.time.now / 1000

    # -- the group

    def assign(self, tps: Iterable[TP]) -> None:
        """After a rebalance: what was in flight is dropped, and every partition is sought where its stage asks."""
        self.queue.clear()
        assigned = list(tps)
        self.worker.keep_only(assigned)
        if self.plan.reports in assigned and not self.seat.is_ours:
            self.table.recover()
        starts = {tp: self._start(tp) for tp in assigned}
        self.reach = {tp: Reach(start, start) for tp, start in starts.items()}

    def _start(self, tp: TP) -> int:
        committed = self.kafka.committed.get(tp, -1)
        return self.seat.resume() if tp == self.plan.reports else self.worker.rewind(tp, committed)

    def commit(self, offsets: bool, most_rows: int | None) -> None:
        """Write the table, or a part of it; then the offsets, unless something came in between."""
        self.table.flush(most_rows)
        if offsets and self.is_member:
            for tp, reach in self.reach.items():
                self.kafka.committed[tp] = max(reach.done, self.kafka.committed.get(tp, -1))

    # -- the transport

    def fetch(self, tp: TP, most: int) -> None:
        """Ask the broker for one partition; what comes waits in the queue."""
        reach = self.reach[tp]
        reach.end, reach.polled_at = self.kafka.end(tp), self.time.now
        batch = self.kafka.fetch(tp, reach.fetched, most, self.time.now)
        if batch:
            self.queue.append(batch)
            reach.fetched = batch.last_offset + 1
        elif all(TP(held.topic, held.partition) != tp for held in self.queue):
            reach.done = max(reach.done, reach.fetched)

    def process(self, breaks_after: int | None = None) -> bool:
        """The batches whose turn it is; False when their send failed, so that they come first again."""
        turn = self._turn()
        self.sender.breaks_after = breaks_after
        try:
            self._take(turn)
        except KafkaConnectionError:
            return False
        finally:
            self.sender.breaks_after = None
        for batch in turn:
            self.queue.popleft()
            self.reach[_place(batch)].done = batch.last_offset + 1
        return True

    def read(self, places: Iterable[TP], most: int, breaks_after: int | None = None) -> None:
        """Fetch these partitions, process all there is; the first send with more records than `breaks_after` fails."""
        for tp in places:
            self.fetch(tp, most)
        while self.queue:
            breaks_after = breaks_after if self.process(breaks_after) else None

    def _turn(self) -> list[RecordBatch]:
        """The first batch, and what intake takes together with it."""
        first, *_ = self.queue
        others = takewhile(lambda batch: _place(batch) != self.plan.reports, self.queue)
        return [first] if _place(first) == self.plan.reports else list(islice(others, self.together))

    def _take(self, turn: list[RecordBatch]) -> None:
        if _place(turn[0]) == self.plan.reports:
            driven(self.seat.take(turn[0]))
            self._look_at_watermark()
        else:
            self.worker.sight.is_clear = all(self._is_clear(_place(batch)) for batch in turn)
            driven(self.worker.take(turn))

    def _look_at_watermark(self) -> None:
        """It never falls while a detector lives."""
        before, value = self.watermark
        detector = self.seat.judging.detector
        assert before is not detector or detector.watermark.value >= value, "the watermark went back"
        self.watermark = detector, detector.watermark.value

    def beat(self, breaks_after: int | None = None) -> None:
        """Report how far every partition is read that the broker was asked for."""
        polled = {tp: reach for tp, reach in self.reach.items() if tp != self.plan.reports and reach.end is not None}
        readings = [self._reading(tp) for tp in polled]
        self.sender.breaks_after = breaks_after
        try:
            driven(self.worker.counting.beat(readings))
        except KafkaConnectionError:
            return
        finally:
            self.sender.breaks_after = None

    def _reading(self, tp: TP) -> Reading:
        reach, source = self.reach[tp], f"{tp.topic}/{tp.partition}"
        polled_at = reach.polled_at / 1000
        position = Position(reach.fetched, reach.end, polled_at, reach.done, reach.end, polled_at)
        if not self._is_clear(tp):
            return Reading(source, False)
        read_at = position.polled_at if position.is_caught_up else None
        return Reading(source, *self.worker.complete.until(source, read_at))

    def _is_clear(self, tp: TP) -> bool:
        return self.time.now - self.reach[tp].polled_at <= STALE_MS


def _place(batch: RecordBatch) -> TP:
    return TP(batch.topic, batch.partition)


def driven(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that waits for nothing; that it lets others run between two reports is fine."""
    try:
        while work.send(None) is None:
            pass
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError("nothing is to be waited for here")
