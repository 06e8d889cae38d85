"""A worker's parts without a broker: an app, a stream, a consumer over a fake Kafka client."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any, cast

from aiokafka import TopicPartition
from aiokafka.record.default_records import DefaultRecord
from faust import App
from faust.types import TP

from stream_app.batching import BatchTopic, RecordBatch, batch_app, batch_topic
from stream_app.batching.conductor import BatchConductor
from stream_app.batching.consumer import BatchConsumer
from stream_app.batching.message import BatchMessage
from stream_app.batching.stream import BatchStream
from stream_app.batching.take import Taken
from stream_app.batching.thread import Fetched, Reach

SOURCE = TP("cart-events", 0)
GENERATION = 3


class FakeClient:
    """Stands for the thread that owns the Kafka client: answers fetches from a script and remembers commits."""

    def __init__(self) -> None:
        self.committed: list[dict[TP, int]] = []
        self.commit_succeeds = True
        self.during_fetch: Callable[[], Awaitable[None] | None] = lambda: None
        self.values: list[bytes] = []
        self.next_offset = 0
        self.wakes = 0
        self.committed_offset: int | None = 0
        self.sought: list[dict[TP, int]] = []
        self.ends: Mapping[TP, int] | Exception = {}

    def wake(self) -> None:
        self.wakes += 1

    def assignment(self) -> set[TP]:
        return {SOURCE}

    def highwater(self, tp: TP) -> int:
        return self.next_offset

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        if isinstance(self.ends, Exception):
            raise self.ends
        return {tp: self.ends[tp] for tp in partitions}

    async def commit(self, offsets: Mapping[TP, int]) -> bool:
        if self.commit_succeeds:
            self.committed.append(dict(offsets))
        return self.commit_succeeds

    async def seek_to_committed(self) -> Mapping[TP, int | None]:
        return {SOURCE: self.committed_offset}

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        self.sought.append(dict(partitions))

    async def fetch(self, active: Collection[TP], in_bulk: Collection[str], wait_seconds: float) -> Fetched:
        start, values = self.next_offset, self.values
        self.next_offset, self.values = start + len(values), []
        result = self.during_fetch()
        if result is not None:
            await result
        source = TopicPartition(*SOURCE)
        reach = {source: Reach(self.next_offset, self.next_offset, 1_700_000_000.0)}
        if not values:
            return Fetched({}, reach, 1_700_000_000.0)
        return Fetched({source: Taken(records(start, values), self.next_offset, start)}, reach, 1_700_000_000.0)


class Parts:
    """An app that is subscribed to one batch topic, assigned, and in the flow."""

    def __init__(self, folder: Path, **topic_options: Any) -> None:
        self.app: App = batch_app(
            "unit", broker="batchkafka://127.0.0.1:1", store="memory://", web_enabled=False, datadir=str(folder)
        )
        self.app.conf.broker_session_timeout = 1.0
        self.app.consumer_generation_id = GENERATION
        self.consumer = cast(BatchConsumer, self.app.consumer)
        self.client = FakeClient()
        self.consumer._thread.thread_loop.close()  # a thread closes its loop when it ends; this one never starts
        cast(Any, self.consumer)._thread = self.client
        topic = batch_topic(self.app, SOURCE.topic, **topic_options)
        self.stream = cast(BatchStream, self.app.stream(topic))
        self.channel = cast(BatchTopic, self.stream.channel)
        self.conductor = cast(BatchConductor, self.app.topics)

    async def settle(self) -> None:
        """What a finished rebalance leaves behind."""
        self.conductor._acking_topics.add(SOURCE.topic)
        self.conductor._tp_index[SOURCE].add(self.channel)
        self.consumer._set_active_tps({SOURCE})
        await self.consumer.perform_seek()
        self.app.flow_control.resume()
        self.consumer.resume_flow()

    async def fetch(self) -> None:
        """One turn of the fetching loop."""
        await self.consumer._fetch_and_deliver(frozenset({SOURCE}))

    def deliver(self, *values: bytes, first: int = 0, generation: int = GENERATION) -> BatchMessage:
        """Hand one batch to the stream, as the consumer does."""
        batch = RecordBatch(SOURCE.topic, SOURCE.partition, records(first, values), first + len(values), 0.0)
        message = BatchMessage(batch, SOURCE, generation)
        message.delivery = self.consumer.ledger.deliver(SOURCE, first, first + len(values), message)
        assert self.conductor.deliver(message)
        return message

    async def agent(self, body: Callable[[RecordBatch], Awaitable[None]]) -> None:
        """What Faust does with an agent: run its loop, and on an error run it again on the same stream."""
        while True:
            try:
                async for batch in cast(AsyncIterator[RecordBatch], self.stream):
                    await body(batch)
            except Exception as error:  # noqa: BLE001 - Faust does the same
                self.stream.fail(error)


def records(first: int, values: Collection[bytes]) -> list[Any]:
    """Records as the client's parser makes them."""
    return [DefaultRecord(first + i, 1_700_000_000_000, 0, None, value, []) for i, value in enumerate(values)]
