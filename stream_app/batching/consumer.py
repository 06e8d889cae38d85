"""Faust's consumer, moving batches: fetch, deliver, flush, commit, and hand partitions over in good order."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from aiokafka.errors import CorruptRecordException, KafkaError
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP, Message
from mode import Service, ServiceT

from stream_app.batching.batch import Record, RecordBatch
from stream_app.batching.conductor import BatchConductor
from stream_app.batching.failures import is_passing
from stream_app.batching.ledger import Ledger
from stream_app.batching.message import BatchMessage
from stream_app.batching.table import BatchTable
from stream_app.batching.take import Taken
from stream_app.batching.thread import BatchConsumerThread, Fetched, Reach
from stream_app.batching.topic import SLICE_RECORDS

IDLE_SECONDS = 0.25  # how often an idle client reports its reach
MOST_DIRTY = 200_000  # changed keys of all tables
REVOKE_SHARE = 0.4  # of the session timeout: what finishing batches in hand may take before the group drops us


class BatchConsumer(Consumer):
    """The consumer of the transport `batchkafka`. `ledger` and `reach` belong to the worker's loop."""

    _thread: BatchConsumerThread

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ledger = Ledger()
        self.reach: dict[TP, Reach] = {}
        self._era = 0  # grows with every event after which older fetches must not be delivered
        self._has_sought = False  # since the last rebalance
        self._is_settled = False  # and the flow was resumed, which empties the queues once more
        self._fetching = asyncio.Lock()
        self._buffer_dropped = asyncio.Event()
        self._batch_done = asyncio.Event()

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _conductor(self) -> BatchConductor:
        return cast(BatchConductor, self.app.topics)

    # -- fetch and deliver

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        try:
            while not (self.should_stop or cast(Service, fetcher).should_stop):
                await self._drain_once()
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _drain_once(self) -> None:
        if not self.flow_active:
            await self.wait_first(self.can_resume_flow.wait(), timeout=IDLE_SECONDS)
        elif active := self._fetchable():
            await self._fetch_and_deliver(active)
        else:
            await self._wait_for_room()

    def _fetchable(self) -> frozenset[TP]:
        """Partitions with room; source partitions only between the seek after a rebalance and the next rebalance."""
        active = self._get_active_partitions()
        return frozenset(tp for tp in active if self._is_settled or self._is_changelog_tp(tp))

    async def _fetch_and_deliver(self, active: frozenset[TP]) -> None:
        topics = self._conductor.batch_topics()
        try:
            async with self._fetching:
                # Only now: a seek held the lock and began an era, and no seek follows what is fetched after it.
                era, generation = self._era, self.app.consumer_generation_id
                fetched = await self._thread.fetch(active & self._fetchable(), topics, IDLE_SECONDS)
        except CorruptRecordException as error:
            self.log.error("refetching damaged records: %r", error)
            await self.sleep(IDLE_SECONDS)
            return
        if era == self._era and self.flow_active:
            await self._deliver(fetched, topics, era, generation)

    async def _wait_for_room(self) -> None:
        self._buffer_dropped.clear()
        with contextlib.suppress(TimeoutError):  # time is up: look again at what may be fetched
            await asyncio.wait_for(self._buffer_dropped.wait(), IDLE_SECONDS)

    async def _deliver(self, fetched: Fetched, topics: frozenset[str], era: int, generation: int) -> None:
        """Deliver slices of every partition; what a rebalance interrupts is dropped, for a seek follows it."""
        messages: list[BatchMessage] = []
        for tp, taken in fetched.taken.items():
            if tp.topic in topics:
                messages += self._slices(TP(*tp), taken, fetched, generation)
        self._note_reach(fetched.reach)
        for message in messages:
            while era == self._era and not self._conductor.deliver(message):
                await self._wait_for_room()
        for tp, taken in fetched.taken.items():
            if tp.topic not in topics and era == self._era:
                await self._deliver_singly(TP(*tp), taken.records)

    def _slices(self, tp: TP, taken: Taken, fetched: Fetched, generation: int) -> Iterable[BatchMessage]:
        """Cut what one partition gave into messages, and enter them in the ledger in that order."""
        reach = fetched.reach.get(tp)
        end = reach.high_watermark if reach and reach.high_watermark is not None else taken.next_offset
        size = self._slice_records(tp)
        for start in range(0, len(taken.records), size):
            part = taken.records[start : start + size]
            message = BatchMessage(RecordBatch(tp.topic, tp.partition, part, end, fetched.at), tp, generation)
            if self.app.topics.acks_enabled_for(tp.topic):
                is_last = start + size >= len(taken.records)
                next_offset = taken.next_offset if is_last else message.offset + 1
                message.delivery = self.ledger.deliver(tp, part[0].offset, next_offset, message)
            yield message

    def _slice_records(self, tp: TP) -> int:
        return min((channel.slice_records for channel in self._conductor.channels(tp)), default=SLICE_RECORDS)

    def _note_reach(self, reach: Mapping[Any, Reach]) -> None:
        for key, state in reach.items():
            tp = TP(*key)
            if self.app.topics.acks_enabled_for(tp.topic):
                self.reach[tp] = state
                self.ledger.advance(tp, state.position)

    async def _deliver_singly(self, tp: TP, records: Sequence[Record]) -> None:
        """Faust's own path, record by record, for topics of stock agents."""
        for record in records:
            if not self.flow_active:
                return
            read = self._read_offset[tp]
            if read is not None and record.offset < read:
                continue
            if read and record.offset - read > 1 and self.app.topics.acks_enabled_for(tp.topic):
                await self._add_gap(tp, read + 1, record.offset)
            await self.wait_first(self.callback(self._to_message(tp, record)), self.suspend_flow.wait())
            self._read_offset[tp] = record.offset

    def on_buffer_drop(self, tp: TP) -> None:
        """A queue has room again: wake the fetch at once."""
        super().on_buffer_drop(tp)
        self._buffer_dropped.set()

    # -- acknowledge, flush, commit

    def ack(self, message: Message) -> bool:
        """Every agent is done with the message."""
        if not isinstance(message, BatchMessage) or message.delivery is None:
            return super().ack(message)
        message.acked = True
        self._unacked_messages.discard(message)
        self.ledger.finish(message.delivery)
        self._n_acked += 1
        self._batch_done.set()
        return True

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        wanted = set(tps)
        batches = {tp: offset for tp, offset in self.ledger.committable().items() if tp in wanted}
        # A topic that starts before its committed offset must not move it back.
        ahead = {tp: offset for tp, offset in batches.items() if self._should_commit(tp, offset)}
        self.ledger.confirm({tp: batches[tp] for tp in batches.keys() - ahead.keys()})
        return super()._filter_committable_offsets(wanted - self.ledger.partitions()) | ahead

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterable[TP]:  # type: ignore[override]
        yield from super()._filter_tps_with_pending_acks(topics)
        for tp in self.ledger.committable():
            if topics is None or tp in topics or tp.topic in topics:
                yield tp

    async def _commit_tps(self, tps: Iterable[TP], start_new_transaction: bool) -> bool:
        # The offsets first: a batch that ends while the tables are flushed may have changes this flush does not carry.
        offsets = self._filter_committable_offsets(tps)
        if not await self._flush_tables() or not offsets:
            return False
        await self._handle_attached(offsets)
        return await self._commit_offsets(offsets, start_new_transaction)

    @property
    def _tables(self) -> list[BatchTable]:
        return [table for table in self.app.tables.values() if isinstance(table, BatchTable)]

    async def _flush_tables(self) -> bool:
        """True when every change is in its changelog; what a passing error kept back is flushed by the next commit."""
        try:
            await asyncio.gather(*(table.flush() for table in self._tables))
        except KafkaError as error:
            if not is_passing(error):
                await self.crash(error)
            self.log.warning("changelogs could not be written, nothing is committed: %r", error)
            return False
        return True

    @property
    def must_commit(self) -> bool:
        """True when the tables hold so many changes that agents should wait for a commit."""
        return sum(table.n_dirty for table in self._tables) > MOST_DIRTY

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        before = {tp: self._committed_offset[tp] for tp in offsets}
        did_commit = await super()._commit_offsets(offsets, start_new_transaction)
        if did_commit:
            self.ledger.confirm(offsets)
        else:
            self._committed_offset.update(before)  # Faust notes them as committed although they were not
        return did_commit

    # -- rebalance and end

    async def perform_seek(self) -> None:
        """Go back to the committed offsets; whatever was in flight will be read again."""
        async with self._fetching:
            self._era += 1
            self._forget(self.ledger.partitions())
            await super().perform_seek()
            await self._start_where_asked()
            self._has_sought = True

    def resume_flow(self) -> None:
        """Allow fetching; recovery resumes the flow for changelogs first, and once more after the seek."""
        super().resume_flow()
        self._is_settled = self._has_sought

    async def _start_where_asked(self) -> None:
        """Move partitions whose topic says where to begin."""
        starts: dict[TP, int] = {}
        for tp in self.assignment():
            committed = self._committed_offset[tp]
            for channel in self._conductor.channels(tp):
                if channel.start_from is not None:
                    starts[tp] = max(0, channel.start_from(tp, -1 if committed is None else committed))
        if starts:
            await super().seek_wait(starts)

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek while no fetch is under way, so that none of its records are lost."""
        async with self._fetching:
            self._era += 1
            await super().seek_wait(partitions)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop the flow, finish what is in hand within a bounded time, flush and commit, then let the partitions go."""
        self._era += 1
        self._has_sought = self._is_settled = False
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        try:
            await self.wait_empty()
        finally:
            self._forget(revoked | self.ledger.partitions())
            for table in self._tables:
                table.release(table.owned)
        await super().on_partitions_revoked(revoked)

    async def wait_empty(self) -> None:
        """Wait a bounded time for the batches in hand, then commit a bounded time; neither holds a rebalance up."""
        seconds = REVOKE_SHARE * min(self.app.conf.broker_session_timeout, self.app.conf.broker_rebalance_timeout)
        try:
            async with asyncio.timeout(seconds):
                await self._wait_until_idle()
                await self._commit_all()
        except TimeoutError:
            self.log.warning("not all batches could be finished and committed in %.1f s; they are read again", seconds)

    async def _wait_until_idle(self) -> None:
        while any(not message.acked for message in list(self._unacked_messages)):
            self._batch_done.clear()
            await self._batch_done.wait()

    async def _commit_all(self) -> None:
        # The first call may only have waited for a commit that was already under way.
        for _ in range(2):
            if self.ledger.committable() or self._acked:
                await self.commit()

    def _forget(self, partitions: Iterable[TP]) -> None:
        # A late ack of these messages must not move an offset: they are delivered anew, here or elsewhere.
        for message in self.ledger.forget(partitions):
            message.acked = True
            self._unacked_messages.discard(message)
        for tp in list(self.reach):
            if tp not in self.ledger.partitions():
                del self.reach[tp]
