"""The shop's topics from Kafka, from given offsets to given ends, in order of arrival. No group, no commits."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shop_services.contracts.times import milliseconds
from stream_app.errors import BrokerUnreachable
from stream_app.recording.lines import Line, Lines
from stream_app.recording.merging import Merging

POLL_MS = 500
CALL_TIMEOUT_MS = 10_000  # a broker that takes longer to answer is not there
IDLE_SECONDS = 2.0  # without a record for so long the broker is asked whether there are any
ENOUGH = 2_000  # lines of a partition that wait for others: no more of it are taken then

log = structlog.get_logger(__name__)
Offsets = dict[TopicPartition, int]


@asynccontextmanager
async def connected(broker: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that nobody notices; raises BrokerUnreachable for all trouble with Kafka in the block."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what goes wrong is told by us, once
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker,
        client_id="cqshop-monitor-recorder",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        request_timeout_ms=CALL_TIMEOUT_MS,
    )
    try:
        await consumer.start()
        yield consumer
    except KafkaError as error:
        raise BrokerUnreachable(f"Kafka at {broker} went away or refused ({type(error).__name__})") from error
    finally:
        await _close(consumer)


async def _close(consumer: AIOKafkaConsumer) -> None:
    """End it for good. aiokafka gives the cancellation of its own fetches to whoever stops it, as if it were ours, and
    then leaves its client open.
    """
    found = await asyncio.gather(consumer.stop(), return_exceptions=True)
    for trouble in filter(None, found):
        log.info("the connection was lost before it could be closed", error=type(trouble).__name__)
    await consumer._client.close()


@dataclass(slots=True)
class Reading:
    """Reads some partitions. `offsets` is where each goes on, by source, behind the lines that were given out."""

    consumer: AIOKafkaConsumer
    lines: Lines
    offsets: dict[str, int] = field(default_factory=dict)
    _merging: Merging = field(default_factory=Merging)

    async def begin(
        self, partitions: Iterable[TopicPartition], known: Mapping[str, int], since: datetime | None
    ) -> None:
        """Read on at the known offsets; others from a time of writing on, or from their beginning."""
        self.consumer.assign(list(partitions))
        begins = await self.consumer.beginning_offsets(self._partitions)
        ends = await self.ends()
        wanted = begins if since is None else await self._at(since, ends)
        for partition, begin in begins.items():
            start = known.get(source_of(partition), wanted[partition])
            if start < begin:
                self._lost(partition, begin - start)
            start = begin if not begin <= start <= ends[partition] else start
            self.consumer.seek(partition, start)
            self.offsets[source_of(partition)] = start

    async def ends(self, until: datetime | None = None) -> Offsets:
        """Where the partitions end now, of what is committed; or where a time of writing begins."""
        ends: Offsets = await self.consumer.end_offsets(self._partitions)
        return ends if until is None else await self._at(until, ends)

    async def to(self, ends: Offsets) -> AsyncIterator[list[Line]]:
        """The lines up to the ends, some at a time."""
        heard = time.monotonic()
        while unfinished := await self._unfinished(ends):
            hungry = [each for each in unfinished if self._merging.count(source_of(each)) < ENOUGH]
            fetched = await self.consumer.getmany(*hungry, timeout_ms=POLL_MS, max_records=ENOUGH)
            for partition, records in fetched.items():
                within = [record for record in records if record.offset < ends[partition]]
                self._merging.add(source_of(partition), self.lines.of(partition.topic, partition.partition, within))
            if fetched:
                heard = time.monotonic()
            elif time.monotonic() - heard > IDLE_SECONDS:
                ends = await self._still_there(ends)
            if settled := self._given(map(source_of, await self._unfinished(ends))):
                yield settled
        if rest := self._given(()):
            yield rest
        self._finish(ends)

    def _given(self, unfinished: Iterable[str]) -> list[Line]:
        lines = self._merging.settled(list(unfinished))
        self.offsets |= {line.source: line.offset + 1 for line in lines}
        return lines

    def _finish(self, ends: Offsets) -> None:
        """What was fetched beyond the ends is fetched again."""
        for partition, end in ends.items():
            source = source_of(partition)
            self.offsets[source] = max(self.offsets[source], end)
            self.consumer.seek(partition, self.offsets[source])

    async def _unfinished(self, ends: Offsets) -> list[TopicPartition]:
        return [each for each, end in ends.items() if await self.consumer.position(each) < end]

    async def _still_there(self, ends: Offsets) -> Offsets:
        """The ends, nearer where records are gone meanwhile; a broker that is away does not answer."""
        now = await self.ends()
        return {partition: min(end, now[partition]) for partition, end in ends.items()}

    async def _at(self, moment: datetime, ends: Offsets) -> Offsets:
        """The first offsets that were written then or later, at most the ends."""
        found = await self.consumer.offsets_for_times(dict.fromkeys(ends, milliseconds(moment)))
        return {each: min(found[each].offset, end) if found.get(each) else end for each, end in ends.items()}

    def _lost(self, partition: TopicPartition, count: int) -> None:
        self.lines.tally.lost += count
        log.warning("records are gone from Kafka before they were recorded", source=source_of(partition), count=count)

    @property
    def _partitions(self) -> list[TopicPartition]:
        return list(self.consumer.assignment())


def source_of(partition: TopicPartition) -> str:
    """Its name in reports: cart-events/3."""
    return f"{partition.topic}/{partition.partition}"
