"""The worker: what its agents are registered with."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka.errors import KafkaError
from faust import App
from faust.types import TP

from models.clock import Clock
from models.report import SEGMENT
from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.arriving import arrived
from stream_app.batching import RecordBatch, positions
from stream_app.complete import Complete
from stream_app.counting import Counting, Reading
from stream_app.dead_letters import DeadLetter, to_records
from stream_app.errors import BrokerUnreachable
from stream_app.health import Health
from stream_app.losses import tell_of_loss
from stream_app.metrics import POISON, Metrics
from stream_app.seat import Seat
from stream_app.sending import Sender
from stream_app.sight import Sight
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Worker:
    """What the agents are registered with. Built once by `create_worker`; there is no global."""

    app: App
    counting: Counting
    seats: dict[str, Seat]
    health: Health
    metrics: Metrics
    sender: Sender
    sight: Sight
    clock: Clock
    look_up_logs: Callable[[], Mapping[str, str]]  # id of the log behind each shop topic; slow
    complete: Complete

    async def take(self, turn: Sequence[RecordBatch]) -> None:
        """First stage: batches of shop records, of whatever partitions brought some."""
        await self.counting.take(*map(self._slice, turn))

    def _slice(self, batch: RecordBatch) -> Slice:
        offsets = [record.offset for record in batch]
        read_at = batch.fetched_at if batch.last_offset + 1 >= batch.high_watermark else None
        caught_up, as_of = self._complete(f"{batch.topic}/{batch.partition}", read_at)
        times = arrived(batch, self.clock)
        return Slice(batch.topic, batch.partition, batch.values(), offsets, caught_up, times, as_of)

    def _complete(self, source: str, read_at: float | None) -> tuple[bool, int]:
        return self.complete.until(source, read_at) if self.sight.is_clear else (False, 0)

    async def beat(self) -> None:
        """Report how far every shop partition of this worker has been read, once the broker is in sight."""
        began = time.time()
        readings = self._readings()
        self.counting.blind_until = self.sight.blind_until
        try:
            await self.counting.beat(readings)
        except KafkaError:
            self.sight.lost()
            raise
        if time.time() - began > self.sight.stale_seconds:
            self.sight.lost()

    async def note_logs(self) -> None:
        """Learn which logs are behind the shop's topics; what was known stays while Kafka does not say."""
        try:
            self.counting.logs |= await asyncio.to_thread(self.look_up_logs)
        except BrokerUnreachable as error:
            log.warning("topic ids not known, a topic created anew may count as the one before", reason=str(error))

    async def jumped(self, tp: TP, expected: int, began: int) -> None:
        """A shop partition does not go on where it was read to: records are gone, or it is another log."""
        source = f"{tp.topic}/{tp.partition}"
        if began > expected:
            tell_of_loss(self.metrics, tp, expected, began)
            self.counting.miss(source)
            return
        await self.note_logs()
        self._forget(source)

    def rewind(self, tp: TP, committed: int) -> int:
        """Read a shop partition again from the start of its segment, so that absolute counters are complete."""
        self._forget(f"{tp.topic}/{tp.partition}")
        return max(committed, 0) // SEGMENT * SEGMENT

    def _forget(self, source: str) -> None:
        self.counting.forget([source])
        self.complete.forget(source)

    async def set_aside(self, batch: RecordBatch, error: BaseException) -> None:
        """Dead-letter a record on which a stage fails; the error is logged, the record's content is not."""
        (record,) = batch
        log.error(
            "record set aside", topic=batch.topic, partition=batch.partition, offset=record.offset, exc_info=error
        )
        self.metrics.dead_letters.labels(batch.topic, POISON).inc()
        letter = DeadLetter(batch.topic, batch.partition, record.offset, POISON, type(error).__name__)
        await self.sender.send(to_records([letter]))

    def keep_only(self, assigned: Iterable[TP]) -> None:
        """Drop what went to other workers."""
        topics = {tp.topic for tp in assigned}
        for stem, seat in self.seats.items():
            if aggregates_topic(stem) not in topics:
                seat.drop()

    def _readings(self) -> list[Reading]:
        known = {place: position for place, position in positions(self.app).items() if place[0] in SHOP_TOPICS}
        if known:
            self.sight.look(min(position.answered_at or 0.0 for position in known.values()))
        return [
            Reading(source, *self._complete(source, position.polled_at if position.is_caught_up else None))
            for source, position in ((f"{topic}/{number}", position) for (topic, number), position in known.items())
        ]
