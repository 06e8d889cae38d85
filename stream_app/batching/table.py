"""A table whose changes go to its changelog in whole batches, before the offsets they come from are committed."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from faust import App
from faust.types import TP, EventT
from yarl import URL

from stream_app.batching.batch import RecordBatch
from stream_app.batching.errors import PartitionNotOwned, TableIncomplete
from stream_app.batching.partition_store import Change, Stores
from stream_app.batching.produce import send_many
from stream_app.batching.topic import BatchTopic
from stream_app.batching.unsupported import WithoutPartition

RECOVERY_BATCHES = 4  # changelog batches applied at once; at 1 Faust behaves differently


class BatchTable(WithoutPartition):
    """Bytes by (partition, key), replicated in a compacted changelog topic with as many partitions as its sources.

    `put` is seen by `get` and `items` at once; the changes are produced and acknowledged before the next commit, one
    produced batch a partition, and only then stored. Every call raises `PartitionNotOwned` for a partition of another
    worker. A batch may be processed again after a crash: keep the offset a value includes inside the value.
    """

    def __init__(
        self, app: App, name: str, *, partitions: int, store: str | None = None, config: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(
            app,
            name=name,
            partitions=partitions,
            store=store,
            key_type=bytes,
            value_type=bytes,
            extra_topic_configs=config,
            recovery_buffer_size=RECOVERY_BATCHES,
        )
        self._owned: set[int] = set()
        self._dirty: dict[int, dict[bytes, bytes | None]] = {}
        self._flushing: dict[int, dict[bytes, bytes | None]] = {}
        self._flush_lock = asyncio.Lock()
        self._opened: Stores | None = None
        self._is_incomplete = False
        app.tables.add(self)

    # -- for agents

    def get(self, partition: int, key: bytes) -> bytes | None:
        """Value of a key, None when it has none."""
        self._require(partition)
        for changes in (self._dirty, self._flushing):
            if key in changes.get(partition, ()):
                return changes[partition][key]
        return self._stores.open(partition).get(key)

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Set a key's value; None deletes the key. What is put last is produced last."""
        self._require(partition)
        changes = self._dirty.setdefault(partition, {})
        changes.pop(key, None)  # else it would keep the place of its older value
        changes[key] = value

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        """Every key and value of a partition, in no particular order."""
        self._require(partition)
        newer = {**self._flushing.get(partition, {}), **self._dirty.get(partition, {})}
        for key, value in self._stores.open(partition).items():
            if key not in newer:
                yield key, value
        yield from ((key, value) for key, value in newer.items() if value is not None)

    def is_flushed(self, partition: int) -> bool:
        """Whether the changelog has acknowledged every change."""
        self._require(partition)
        return not self._dirty.get(partition) and partition not in self._flushing

    @property
    def owned(self) -> frozenset[int]:
        """Partitions this worker owns."""
        return frozenset(self._owned)

    @property
    def n_dirty(self) -> int:
        """Changes that are not yet acknowledged by the changelog."""
        return sum(map(len, self._dirty.values())) + sum(map(len, self._flushing.values()))

    # -- for the consumer

    async def flush(self) -> None:
        """Produce every change and await the acknowledgements; on a `KafkaError` the changes stay to be flushed."""
        async with self._flush_lock:
            done = await asyncio.gather(*map(self._flush_partition, list(self._dirty)), return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _flush_partition(self, partition: int) -> None:
        changes = self._flushing[partition] = self._dirty.pop(partition)
        store = None if self.should_stop else self._stores.open(partition)  # stopped: the changelog has it
        try:
            records = ((key, value, ()) for key, value in changes.items())
            offset = await send_many(cast(App, self.app), self.changelog_topic_name, partition, records)
            if store is not None and self._stores.is_open(store):
                store.write(changes.items(), offset)
        except BaseException:
            if partition in self._owned:
                newer = self._dirty.get(partition, {})
                self._dirty[partition] = {key: value for key, value in changes.items() if key not in newer} | newer
            raise
        finally:
            del self._flushing[partition]

    def release(self, partitions: Iterable[int]) -> None:
        """Forget unflushed changes of partitions that go away: their batches are read again by the next owner."""
        for partition in partitions:
            self._owned.discard(partition)
            self._dirty.pop(partition, None)

    # -- for Faust's table manager and recovery

    async def on_start(self) -> None:
        """Create the changelog topic."""
        await self.changelog_topic.maybe_declare()

    async def on_stop(self) -> None:
        """Close the stores."""
        self._stores.keep(())

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Open the partitions that are ours now, as owner or standby, and close the others."""
        topic = self.changelog_topic_name
        self._stores.keep(tp.partition for tp in assigned if tp.topic == topic)
        self._owned = {tp.partition for tp in self.app.assignor.assigned_actives() if tp.topic == topic}

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Recovery has read the changelog to its end."""
        if self._is_incomplete:
            await self.app.crash(TableIncomplete(f"table {self.name} could not be read from its changelog"))
        await self.call_recover_callbacks()

    def persisted_offset(self, tp: TP) -> int | None:
        """Changelog offset recovery may continue from."""
        return self._stores.open(tp.partition).offset

    def discard_if_ahead(self, tp: TP, end: int) -> bool:
        """Drop a local copy that knows more than its changelog, which ends at `end`: it is of another changelog."""
        held = self.persisted_offset(tp)
        if held is None or held < end:
            return False
        self._stores.discard(tp.partition)
        return True

    async def need_active_standby_for(self, tp: TP) -> bool:
        """Standbys always follow the changelog."""
        return True

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Take over what recovery read."""
        is_applied = False
        try:
            for event in batch:
                self._apply(cast(RecordBatch, event.value))
            is_applied = True
        finally:
            # Faust only logs an error here, and would go on with a table that misses rows.
            self._is_incomplete = self._is_incomplete or not is_applied

    def _apply(self, batch: RecordBatch) -> None:
        changes: list[Change] = [(record.key or b"", record.value) for record in batch]
        self._stores.open(batch.partition).write(changes, batch.last_offset)

    def reset_state(self) -> None:
        """Delete the local copy; the changelog has it all."""
        self._stores.destroy()

    @property
    def _stores(self) -> Stores:
        if self._opened is None:
            url = URL(self._store or self.app.conf.store)
            self._opened = Stores(url.scheme, self.app.conf.tabledir / f"{self.name}.batch")
        return self._opened

    def _new_changelog_topic(self, **options: Any) -> BatchTopic:
        return BatchTopic(
            cast(App, self.app),
            topics=[self._changelog_topic_name()],
            key_type=bytes,
            value_type=bytes,
            partitions=self.partitions,
            compacting=True,
            acks=False,
            internal=True,
            config=self.extra_topic_configs,
        )

    def _require(self, partition: int) -> None:
        if partition not in self._owned:
            raise PartitionNotOwned(f"partition {partition} of table {self.name} belongs to another worker")
