import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
from faust.types import TP
from prometheus_client import CollectorRegistry

from models.clock import EventClock
from models.columns import Columns
from models.combiner import Combiner
from models.decode import decode
from models.detector import Detector
from models.report import encode
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from stream_app import seat as module
from stream_app.batching import RecordBatch
from stream_app.judging import Judging
from stream_app.metrics import Metrics
from stream_app.seat import Seat
from stream_app.sending import FakeSender, Outgoing
from stream_app.snapshots import HEAD, FakeStore, Snapshots, Writing
from tests.builders.lineups import lineup
from tests.builders.messages import added
from tests.builders.pace import FreePace
from tests.builders.sample_scenario import PiecesScenario
from tests.simulation.kafka import FakeKafka, FakeTable


@dataclass
class StoredRecord:
    offset: int
    value: bytes
    timestamp: int = 0
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


REPORTS = TP("monitor-aggregates-stock_exhaustion", 0)


class Slow(FakeSender):
    """Something happens while it sends."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def send(self, records: Sequence[Outgoing]) -> None:
        await self.meanwhile()
        await super().send(records)


def judging() -> Judging:
    scenario = PiecesScenario()
    models = lineup()
    detector = Detector(scenario, models.guard, Watermark(0, frozenset({"cart-events/0"})))
    metrics = Metrics(CollectorRegistry())
    return Judging(detector, models, FakeSender(), metrics, EventClock(), lambda _: Links())


def seat(store: FakeStore, snapshot_seconds: float = 0.0) -> Seat:
    return Seat(judging, Snapshots(store), FreePace(snapshot_seconds))


def columns(offset: int, pieces: int) -> Columns:
    return decode([added(7, offset, pieces, 1.0, "12:00:00")], [offset]).columns


def reports(*pieces: int) -> RecordBatch:
    """One report a number of pieces, as intake publishes them."""
    combiner = Combiner(PiecesScenario(), "cart-events/0")
    values = [
        encode(combiner.report(combiner.absorb(columns(offset, amount), offset), caught_up=True, clock=0))
        for offset, amount in enumerate(pieces)
    ]
    records = [StoredRecord(offset, value) for offset, value in enumerate(values)]
    return RecordBatch("monitor-aggregates-stock_exhaustion", 0, records, len(records), 0.0)


async def test_a_new_seat_reads_all_reports() -> None:
    assert seat(FakeStore()).resume() == 0


async def test_a_restarted_seat_goes_on_behind_what_is_in_its_state() -> None:
    """INVARIANT: state and position are one value, so a restart neither loses a report nor takes one twice."""
    store = FakeStore()
    first = seat(store)
    first.resume()
    await first.take(reports(10, 20, 30))

    again = seat(store)

    assert again.resume() == 3
    assert again.judging.detector.memory.pieces == {7: 60}


@pytest.mark.parametrize("written", range(5))
async def test_a_crash_while_states_are_written_leaves_a_whole_one(written: int) -> None:
    """INVARIANT: no snapshot writes over the one that stands on the broker before another one stands there.

    Else a crash at that time costs the state, and all reports are read again.
    """
    table = FakeTable(FakeKafka())
    first = Seat(judging, Snapshots(table), FreePace(0.0))
    first.resume()
    await first.take(reports(10))
    table.flush()
    for number in (2, 3, 4):
        await first.take(reports(*[10] * number))

    table.flush(written)
    table.recover()

    assert Seat(judging, Snapshots(table), FreePace(0.0)).resume() in (1, 2)


async def test_what_came_after_the_newest_snapshot_is_read_again() -> None:
    store = FakeStore()
    first = seat(store, snapshot_seconds=3_600)
    first.resume()
    first._pace.stored(took=0.0, size=0)  # just now
    await first.take(reports(10, 20, 30))

    again = seat(store)

    assert again.resume() == 0
    await again.take(reports(10, 20, 30))
    assert again.judging.detector.memory.pieces == {7: 60}


async def test_a_batch_that_is_in_the_state_is_passed_over() -> None:
    held = seat(FakeStore())
    held.resume()
    await held.take(reports(10, 20))

    await held.take(reports(10, 20))

    assert held.judging.detector.memory.pieces == {7: 30}


async def test_a_damaged_snapshot_is_refused_and_all_reports_are_read() -> None:
    store = FakeStore()
    first = seat(store)
    first.resume()
    await first.take(reports(10))
    (chunk,) = (key for key, _ in store.items(0) if not key.endswith(HEAD))
    store.put(0, chunk, b"damaged")

    assert seat(store).resume() == 0


async def test_a_state_of_another_form_is_refused_and_all_reports_are_read() -> None:
    """As after an update that keeps a memory in another form."""
    store = FakeStore()
    first = seat(store)
    first.resume()
    await first.take(reports(10))
    first.judging.detector.memory.save = lambda: b'[["seven", "pieces", "of eight"]]'  # type: ignore[method-assign]
    await first.take(RecordBatch("reports", 0, [StoredRecord(1, None)], 2, 0.0))

    again = seat(store)

    assert again.resume() == 0
    assert again.judging.detector.memory.pieces == {}


async def test_reports_created_anew_are_read_and_a_restart_does_not_look_for_the_old_position() -> None:
    store = FakeStore()
    first = seat(store, snapshot_seconds=1e9)
    first.resume()
    await first.take(reports(10, 20, 30))

    await first.jumped(REPORTS, expected=3, began=0)
    assert first.resume() == 0
    await first.take(reports(10, 20, 30, 5))

    assert first.judging.detector.memory.pieces == {7: 65}
    assert seat(store).resume() == 4


async def test_a_batch_in_hand_does_not_move_a_position_that_was_given_up_meanwhile() -> None:
    held = seat(FakeStore())
    held.resume()
    held.judging.sender = Slow(lambda: held.jumped(REPORTS, expected=3, began=0))

    await held.take(reports(10, 20, 30))

    assert held.resume() == 0


async def test_reports_that_are_gone_are_counted_and_told() -> None:
    held = seat(FakeStore())
    held.resume()

    await held.jumped(REPORTS, expected=3, began=10)

    lost = held.judging.metrics.registry.get_sample_value("monitor_lost_records_total", {"topic": REPORTS.topic})
    assert (lost, held.resume()) == (7, 0)


async def test_a_seat_that_is_dropped_while_it_judges_keeps_nothing_of_that() -> None:
    """INVARIANT: state and position are the next owner's once the partition has gone.

    A position kept from before, with the empty state of after, would skip all that the state has lost.
    """
    store = FakeStore()
    held = seat(store)
    held.resume()
    held.judging.sender = DroppingSender(held)

    await held.take(reports(1, 2))

    assert not held.is_ours
    assert store.rows == {}
    assert held.resume() == 0


class DroppingSender(FakeSender):
    """Loses the partition while it sends."""

    def __init__(self, held: Seat) -> None:
        super().__init__()
        self._held = held

    async def send(self, records: Sequence[Outgoing]) -> None:
        await super().send(records)
        self._held.drop()


async def test_others_get_their_turn_while_a_large_state_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """INVARIANT: however large a state, storing it never holds the worker's loop for long."""
    monkeypatch.setattr(module, "TURN_SECONDS", 0.0)
    snapshots = Noting(store := FakeStore())
    held, turns = Seat(judging, snapshots, FreePace(0.0)), 0
    held.resume()

    async def others() -> None:
        nonlocal turns
        while True:
            turns += snapshots.has_begun
            await asyncio.sleep(0)

    meanwhile = asyncio.create_task(others())
    await held.take(reports(10, 20, 30))
    meanwhile.cancel()

    assert turns > 1
    assert seat(store).resume() == 3


async def test_a_seat_that_is_lost_while_its_state_is_stored_leaves_the_older_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TURN_SECONDS", 0.0)
    snapshots = Noting(store := FakeStore())
    held = Seat(judging, snapshots, FreePace(0.0))
    held.resume()
    await held.take(reports(10))
    snapshots.has_begun = False
    taking = asyncio.create_task(held.take(reports(10, 20, 30)))
    while not snapshots.has_begun:  # noqa: ASYNC110 - it says nothing when it begins
        await asyncio.sleep(0)

    held.drop()
    await taking

    assert not held.is_ours
    assert seat(store).resume() == 1


class Noting(Snapshots):
    """Tells whether a snapshot was begun."""

    has_begun = False

    def begin(self) -> Writing:
        self.has_begun = True
        return super().begin()


async def test_drift_is_watched_on_from_the_state_after_a_restart() -> None:
    store = FakeStore()
    first = seat(store)
    first.resume()
    await first.take(reports(10, 20))
    watched = first.judging.lineup.drifting
    assert watched.means.rows

    again = seat(store)
    again.resume()

    assert again.judging.lineup.drifting.in_hand() == watched.in_hand()
