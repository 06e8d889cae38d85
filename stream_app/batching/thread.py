"""The thread that owns the Kafka client: fetches and gives whole partition slices to the worker's loop."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import aiokafka
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Transport
from faust.types import TP

from stream_app.batching.take import Taken, can_take_in_bulk, take_fetched

ISOLATION = "read_committed"  # what a producer took back did not happen; an open transaction counts as not yet read
FETCH_MAX_WAIT_MS = 100  # Faust hard-codes 1500: an idle broker would answer, and so be known to live, that seldom


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the client has come in one partition: its position, and the end it knows since `polled_at` (seconds)."""

    position: int
    high_watermark: int | None
    polled_at: float | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """Everything one call took out of the client; no record below a `reach` position is left in it."""

    taken: Mapping[TopicPartition, Taken] = field(default_factory=dict)
    reach: Mapping[TopicPartition, Reach] = field(default_factory=dict)
    at: float = 0.0

    def without(self, partitions: Collection[TP]) -> "Fetched":
        """The rest of it."""
        taken = {tp: part for tp, part in self.taken.items() if TP(*tp) not in partitions}
        reach = {tp: state for tp, state in self.reach.items() if TP(*tp) not in partitions}
        return Fetched(taken, reach, self.at)


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread with a fetch that never looks at a single record."""

    _is_woken = False

    def _create_worker_consumer(self, transport: Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS
        consumer._isolation_level = ISOLATION
        return consumer

    async def fetch(self, active: Collection[TP], in_bulk: Collection[str], wait_seconds: float) -> Fetched:
        """Records of the `active` partitions as soon as there are some, or nothing after `wait_seconds`."""
        fetched: Fetched = await self.call_thread(self._fetch, active, in_bulk, wait_seconds)
        return fetched

    async def _fetch(self, active: Collection[TP], in_bulk: Collection[str], wait_seconds: float) -> Fetched:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError
        with fetcher._subscriptions.fetch_context():
            taken = self._take(fetcher, active, in_bulk)
            if not taken and not self._is_woken:
                await _wait_for_records(fetcher, wait_seconds)
                taken = self._take(fetcher, active, in_bulk)
        self._is_woken = False
        return Fetched(taken, _reach(fetcher, in_bulk), time.time())

    def wake(self) -> None:
        """End the fetch under way, so that the next one includes partitions that have room again."""
        self.thread_loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._is_woken = True
        fetcher = self._ensure_consumer()._fetcher
        for waiter in list(fetcher._fetch_waiters):
            fetcher._notify(waiter)

    def _take(
        self, fetcher: Fetcher, active: Collection[TP], in_bulk: Collection[str]
    ) -> Mapping[TopicPartition, Taken]:
        if fetcher._subscriptions.reassignment_in_progress or not self.consumer.flow_active:
            return {}
        return take_fetched(fetcher, active, in_bulk if can_take_in_bulk(fetcher) else ())

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        # Faust crashes the worker on a failed commit. The offsets stay pending, so the next commit repeats them.
        consumer = self._ensure_consumer()
        assigned = self.assignment()
        try:
            wanted = {TopicPartition(*tp): OffsetAndMetadata(n, "") for tp, n in offsets.items() if tp in assigned}
            await consumer.commit(wanted)
        except (KafkaError, IllegalStateError) as error:
            self.log.warning("commit failed and will be repeated: %r", error)
            return False
        self.tp_last_committed_at.update(dict.fromkeys(offsets, time.monotonic()))
        return True


async def _wait_for_records(fetcher: Fetcher, wait_seconds: float) -> None:
    waiter = fetcher._create_fetch_waiter()
    done, _ = await asyncio.wait([waiter], timeout=wait_seconds)
    if done:
        waiter.result()  # an error of the group coordination, such as a missing authorization
    else:
        waiter.cancel()


def _reach(fetcher: Fetcher, in_bulk: Collection[str]) -> dict[TopicPartition, Reach]:
    subscription = fetcher._subscriptions.subscription
    assignment = subscription.assignment if subscription else None
    if assignment is None or not assignment.active:
        return {}
    reach = {}
    for tp in assignment.tps:
        state = assignment.state_value(tp)
        if tp.topic in in_bulk and state.has_valid_position:
            polled_at = state.timestamp / 1000 if state.timestamp is not None else None
            reach[tp] = Reach(state.position, state.highwater, polled_at)
    return reach
