"""A scenario's seat in the worker: it resumes from the newest snapshot, feeds its judging, and takes snapshots."""

import time
from collections.abc import Callable

import msgspec
import structlog

from stream_app.batching import RecordBatch
from stream_app.errors import UnusableState
from stream_app.judging import Judging
from stream_app.snapshots import Snapshot, Snapshots

log = structlog.get_logger(__name__)


class Seat:
    """Owns one scenario's judging while its partition is assigned to this worker."""

    def __init__(self, new_judging: Callable[[], Judging], snapshots: Snapshots, snapshot_seconds: float) -> None:
        self._new_judging = new_judging
        self._snapshots = snapshots
        self._snapshot_seconds = snapshot_seconds
        self.judging = new_judging()
        self._next_offset: int | None = None  # None while the partition is not ours
        self._stored_at = 0.0
        self._is_dirty = False

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
            self._is_dirty = False
            self.judging = self._new_judging()

    async def take(self, batch: RecordBatch) -> None:
        """Judge one batch of reports. Its offset may be committed afterwards: the state knows its own position."""
        if batch.last_offset < self.resume():
            return  # read again after a rebalance; it is in the state
        offsets = [record.offset for record in batch]
        judging = self.judging
        has_changed = await judging.take(batch.values(), offsets, batch.fetched_at)
        if self.judging is not judging:
            return  # dropped meanwhile: position and state are the next owner's
        self._next_offset = batch.last_offset + 1
        self._is_dirty = True
        if has_changed or time.monotonic() - self._stored_at >= self._snapshot_seconds:
            self._store_state()

    def _store_state(self) -> None:
        if self._is_dirty and self._next_offset is not None:
            self._snapshots.save(Snapshot(self.judging.detector.save(), self._next_offset - 1))
            self._is_dirty = False
        self._stored_at = time.monotonic()

    def _load(self) -> int:
        """Take up the newest snapshot; -1 when there is none or it cannot be used, so that all reports are read."""
        stem = self.judging.stem
        try:
            snapshot = self._snapshots.load()
            if snapshot is None:
                return -1
            self.judging.detector.load(snapshot.state)
        except (UnusableState, msgspec.MsgspecError) as error:
            log.error("state refused, reading all reports again", scenario=stem, reason=str(error))
            self.judging = self._new_judging()
            return -1
        log.info("state resumed", scenario=stem, offset=snapshot.offset)
        return snapshot.offset
