"""A scenario's seat in the worker: it resumes from the newest snapshot, feeds its judging, and takes snapshots."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import structlog
from faust.types import TP

from models.served import UNUSABLE
from stream_app.batching import RecordBatch
from stream_app.drift_hours import DriftHours
from stream_app.drifting import InHand
from stream_app.errors import UnusableState
from stream_app.judging import Judging
from stream_app.losses import tell_of_loss
from stream_app.snapshot_pace import SnapshotPace
from stream_app.snapshots import Snapshots, Writing

log = structlog.get_logger(__name__)
TURN_SECONDS = 0.005  # that storing a state may hold the worker's loop at a time


class Seat:
    """Owns one scenario's judging while its partition is assigned to this worker."""

    def __init__(self, new_judging: Callable[[], Judging], snapshots: Snapshots, pace: SnapshotPace) -> None:
        self._new_judging = new_judging
        self._snapshots = snapshots
        self._hours = DriftHours(snapshots.store)
        self._pace = pace
        self.judging = new_judging()
        self._next_offset: int | None = None  # None while the partition is not ours
        self._turn = 0  # grows when the position is given up: a batch in hand must not move it then

    def resume(self) -> int:
        """The offset to read from: behind the last report in the state, which is loaded when it is not in memory."""
        if self._next_offset is None:
            self._next_offset = self._load() + 1
        return self._next_offset

    @property
    def is_ours(self) -> bool:
        """True while this worker judges the scenario."""
        return self._next_offset is not None

    def drop(self) -> None:
        """The partition went to another worker, which goes on from the newest snapshot."""
        if self.is_ours:
            self._next_offset = None
            self._turn += 1
            self.judging = self._new_judging()

    async def jumped(self, tp: TP, expected: int, began: int) -> None:
        """The reports do not go on where they were read to: some are gone, or they are another log.

        What is known stays in either case. Reports are absolute, so those of another log are simply read.
        """
        if began > expected:
            tell_of_loss(self.judging.metrics, tp, expected, began)
            return
        self.judging.metrics.other_logs.labels(self.judging.stem, tp.topic).inc()
        log.warning("reports were created anew, reading all of them", topic=tp.topic, expected=expected)
        if self.is_ours:
            self._next_offset, self.judging.judged_through = began, began - 1
            self._turn += 1
            self._pace.hurry()  # a restart must not look for the old position

    async def take(self, batch: RecordBatch) -> None:
        """Judge one batch of reports. Its offset may be committed afterwards: the state knows its own position."""
        if batch.last_offset < self.resume():
            return  # read again after a rebalance; it is in the state
        turn = self._turn
        offsets = [record.offset for record in batch]
        has_changed = await self.judging.take(batch.values(), offsets, batch.fetched_at)
        if self._turn != turn:
            return  # meanwhile the partition went away, or its log: position and state are the next owner's
        self._next_offset = batch.last_offset + 1
        self._pace.has_changed |= has_changed
        if self._pace.is_due and self._snapshots.is_kept:
            await self._store_state(batch.last_offset)

    async def _store_state(self, offset: int) -> None:
        """Piece by piece: a large state keeps this scenario waiting, but neither the others nor the loop."""
        turn, spent, writing = self._turn, 0.0, self._snapshots.begin()
        pieces = self.judging.detector.save_in_pieces()
        while True:
            began = time.perf_counter()
            is_whole = _add_some(writing, pieces, began + TURN_SECONDS)
            spent += time.perf_counter() - began
            if is_whole:
                break
            await asyncio.sleep(0)
            if self._turn != turn:
                return  # the partition went away, or its log; what was written so far is no snapshot
        drifting = self.judging.lineup.drifting
        self._hours.keep(drifting.take_ended())  # before the position from which they would not come again
        self._snapshots.end(writing, offset, msgspec.msgpack.encode(drifting.in_hand()))
        self._note(spent, writing.size)

    def _note(self, took: float, size: int) -> None:
        was_slowed, stem, metrics = self._pace.is_slowed, self.judging.stem, self.judging.metrics
        self._pace.stored(took, size)
        metrics.snapshot_at.labels(stem).set_to_current_time()
        metrics.snapshot_bytes.labels(stem).set(size)
        metrics.snapshot_seconds.labels(stem).set(took)
        if self._pace.is_slowed and not was_slowed:
            rare = {"megabytes": round(size / 1e6, 1), "every_seconds": round(self._pace.rest)}
            log.warning("the state is so large that it is stored less often", scenario=stem, **rare)

    def _load(self) -> int:
        """Take up the newest snapshot; -1 when there is none or it cannot be used, so that all reports are read."""
        stem = self.judging.stem
        try:
            snapshot = self._snapshots.load()
            if snapshot is None:
                log.info("no state stored, reading all reports", scenario=stem)
                return -1
            with _without_collection():
                self.judging.detector.load(snapshot.state)
            if snapshot.beside:
                self._resume_drift(msgspec.msgpack.decode(snapshot.beside, type=InHand))
        except (UnusableState, *UNUSABLE) as error:
            log.error("state refused, reading all reports again", scenario=stem, reason=repr(error))
            self.judging = self._new_judging()
            return -1
        log.info("state resumed", scenario=stem, offset=snapshot.offset)
        return snapshot.offset

    def _resume_drift(self, in_hand: InHand) -> None:
        lineup = self.judging.lineup
        lineup.drifting = lineup.drifting.resumed(in_hand, self._hours.before(in_hand))


def _add_some(writing: Writing, pieces: Iterator[bytes], until: float) -> bool:
    """Write pieces up to a time; True when there are no more."""
    for piece in pieces:
        writing.add(piece)
        if time.perf_counter() >= until:
            return False
    return True


@contextmanager
def _without_collection() -> Iterator[None]:
    """Millions of new objects, none of them garbage: looking through them would triple the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
