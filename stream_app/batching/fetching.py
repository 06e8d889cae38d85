"""The fetching half of the consumer: records out of the client, batches into the agents' queues."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from aiokafka.errors import CorruptRecordException
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP
from mode import Service, ServiceT

from stream_app.batching.batch import Record, RecordBatch
from stream_app.batching.conductor import BatchConductor
from stream_app.batching.jumps import Jump, jumps
from stream_app.batching.ledger import Ledger
from stream_app.batching.message import BatchMessage
from stream_app.batching.take import Taken
from stream_app.batching.thread import BatchConsumerThread, Fetched, Reach
from stream_app.batching.topic import SLICE_RECORDS

IDLE_SECONDS = 0.25  # how often an idle client reports its reach
REST_SECONDS = 0.004  # between two fetches: the client asks for more meanwhile, and few answers bring more than many
MOST_AHEAD_MS = 10_000  # of time of writing: a partition read so far ahead of the slowest waits for it


class FetchingConsumer(Consumer):
    """Fetches, and delivers what has room; the rest waits in a backlog of at most one fetch a partition.

    `ledger` and `reach` belong to the worker's loop. No agent's full queue holds up the partitions of another agent.
    """

    _thread: BatchConsumerThread

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ledger = Ledger()
        self.reach: dict[TP, Reach] = {}
        self._written: dict[TP, int] = {}  # when the newest record taken out of each batch partition was written, ms
        self._backlog: dict[TP, deque[BatchMessage]] = {}
        self._era = 0  # grows with every rebalance and seek: an older fetch must not be delivered
        self._is_settled = False  # the last rebalance is over: source partitions may be read
        self._fetching = asyncio.Lock()
        self._buffer_dropped = asyncio.Event()

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _conductor(self) -> BatchConductor:
        return cast(BatchConductor, self.app.topics)

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        try:
            while not (self.should_stop or cast(Service, fetcher).should_stop):
                await self._drain_once()
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _drain_once(self) -> None:
        self._deliver_backlog()
        if not self.flow_active:
            await self.wait_first(self.can_resume_flow.wait(), timeout=IDLE_SECONDS)
        elif active := self._fetchable():
            await self._fetch_and_deliver(active)
            await asyncio.sleep(REST_SECONDS)
        else:
            await self._wait_for_room()

    def _fetchable(self) -> frozenset[TP]:
        """Partitions with room; source partitions only between the seek after a rebalance and the next rebalance."""
        active = self._get_active_partitions() - self._backlog.keys() - self._ahead()
        return frozenset(tp for tp in active if self._is_settled or self._is_changelog_tp(tp))

    def _ahead(self) -> set[TP]:
        """Partitions read far ahead of others of the same agent, by time of writing: causes are read before effects.

        After an outage all partitions so catch up side by side, and nobody has to hold what is early.
        """
        slowest: dict[int, int] = {}
        for tp, reach in self.reach.items():
            if reach.position < (reach.high_watermark or 0):
                written = self._written.get(tp, 0)
                for channel in map(id, self._conductor.channels(tp)):
                    slowest[channel] = min(slowest.get(channel, written), written)
        return {tp for tp, written in self._written.items() if self._is_ahead(tp, written, slowest)}

    def _is_ahead(self, tp: TP, written: int, slowest: Mapping[int, int]) -> bool:
        limits = [slowest[name] for name in map(id, self._conductor.channels(tp)) if name in slowest]
        return any(written > limit + MOST_AHEAD_MS for limit in limits)

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
        if era == self._era and self.flow_active and (found := jumps(fetched, self.ledger, topics)):
            fetched = fetched.without(await self._meet(found))
        if era == self._era and self.flow_active:
            await self._deliver(fetched, topics, era, generation)

    async def _meet(self, found: Mapping[TP, Jump]) -> Collection[TP]:
        """Tell of jumps; gives the partitions that begin anew, of which nothing fetched may be delivered."""
        raise NotImplementedError

    async def _wait_for_room(self) -> None:
        self._buffer_dropped.clear()
        with contextlib.suppress(TimeoutError):  # time is up: look again at what may be fetched
            await asyncio.wait_for(self._buffer_dropped.wait(), IDLE_SECONDS)

    async def _deliver(self, fetched: Fetched, topics: frozenset[str], era: int, generation: int) -> None:
        for tp, taken in fetched.taken.items():
            if tp.topic in topics:
                self._backlog.setdefault(TP(*tp), deque()).extend(self._slices(TP(*tp), taken, fetched, generation))
                self._written |= {TP(*tp): record.timestamp for record in taken.records[-1:]}
        self._note_reach(fetched.reach)
        self._deliver_backlog()
        for tp, taken in fetched.taken.items():
            if tp.topic not in topics and era == self._era:
                await self._deliver_singly(TP(*tp), taken.records)

    def _deliver_backlog(self) -> None:
        """Put into the queues what has room now, in order within each partition."""
        for tp, messages in list(self._backlog.items()):
            while messages and self._conductor.deliver(messages[0]):
                messages.popleft()
            if not messages:
                del self._backlog[tp]

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
        """A queue has room again: refill it, and let the fetch under way include its partitions."""
        super().on_buffer_drop(tp)
        self._buffer_dropped.set()
        self.loop.call_soon(self._refill)  # the queue is in the middle of a get

    def _refill(self) -> None:
        self._deliver_backlog()
        self._thread.wake()

    def _drop_backlog(self, partitions: Iterable[TP]) -> None:
        for tp in list(partitions):
            self._backlog.pop(tp, None)
            self._written.pop(tp, None)
