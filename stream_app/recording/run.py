"""Records from Kafka into a sink: once, or for ever, which goes over outages of Kafka and topics created anew."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiokafka import TopicPartition
from kafka.errors import KafkaError

from stream_app.console.tail import knock
from stream_app.errors import BrokerUnreachable
from stream_app.provision import Log, look_up_logs
from stream_app.recording.lines import Lines
from stream_app.recording.reading import Reading, connected
from stream_app.recording.sinks import Positions, Sink

TURN_SECONDS = 1.0
LOOK_SECONDS = 60.0  # how often topics are looked up: more partitions, or a topic created anew
RETRY_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which broker, and what of it: written `between` two times, None: no bound. Who follows never ends."""

    broker: str
    between: tuple[datetime | None, datetime | None] = (None, None)
    follow: bool = False


@dataclass(slots=True)
class Recorder:
    """Fills a sink. `tell` hears how many records were read.

    `complete` is the wall time up to which all is recorded (0: not yet known), `trouble` why nothing is recorded now.
    """

    wanted: Wanted
    lines: Lines
    sink: Sink
    tell: Callable[[int], None]
    complete: float = 0.0
    trouble: str = ""
    turned: float = field(default_factory=time.monotonic)  # when it last did something
    _behind: Positions = field(init=False)
    _looked: float = 0.0

    def __post_init__(self) -> None:
        self._behind = self.sink.start

    async def run(self) -> None:
        """Record all there is; following ends with its cancellation alone. BrokerUnreachable, RecordingUnwritable."""
        if not self.wanted.follow:
            return await self._session()
        while True:
            try:
                await self._session()
            except BrokerUnreachable as error:
                self._note(str(error))
                await self._pause(RETRY_SECONDS)

    async def _session(self) -> None:
        """One connection; who follows, until the topics are others than they were."""
        logs = await self._logs()
        self._behind = _still_valid(self._behind, logs)
        async with connected(self.wanted.broker) as consumer:
            reading = Reading(consumer, self.lines)
            await reading.begin(_partitions(logs), self._behind.offsets, self.wanted.between[0])
            self._note("")
            await self._round(reading, logs)
            while self.wanted.follow and not await self._is_changed(logs):
                await self._pause(TURN_SECONDS)
                await self._round(reading, logs)

    async def _round(self, reading: Reading, logs: Mapping[str, Log]) -> None:
        """What stands on the topics now. All partitions are read to about one moment, so rounds are in order too."""
        began, ids = time.time(), {topic: each.id for topic, each in logs.items()}
        async for lines in reading.to(await reading.ends(self.wanted.between[1])):
            self._behind = Positions(self._behind.logs | ids, self._behind.offsets | reading.offsets)
            self.sink.write(lines, self._behind)
            self.tell(self.lines.tally.read)
            self.turned = time.monotonic()
        self.complete = began

    async def _logs(self) -> dict[str, Log]:
        self._looked = time.monotonic()
        found = await asyncio.to_thread(_look_up, self.wanted.broker)
        if not found:
            raise BrokerUnreachable(
                f"Kafka at {self.wanted.broker} has no topic of the shop: start the shop, or correct MONITOR_BROKER"
            )
        return found

    async def _is_changed(self, logs: Mapping[str, Log]) -> bool:
        """Whether there are more partitions, or other topics under these names; looked at now and then."""
        return time.monotonic() - self._looked > LOOK_SECONDS and await self._logs() != logs

    async def _pause(self, seconds: float) -> None:
        self.sink.turn()
        self.turned = time.monotonic()
        await asyncio.sleep(seconds)

    def _note(self, trouble: str) -> None:
        """Tell of an outage and of its end, once."""
        if trouble and trouble != self.trouble:
            log.warning("nothing is recorded", reason=trouble)
        elif self.trouble and not trouble:
            log.info("recording again")
        self.trouble = trouble


def _look_up(broker: str) -> dict[str, Log]:
    try:
        knock(broker)
    except KafkaError as error:
        raise BrokerUnreachable(f"Kafka at {broker} does not answer: start it, or correct MONITOR_BROKER") from error
    return look_up_logs(broker)


def _partitions(logs: Mapping[str, Log]) -> Sequence[TopicPartition]:
    return [TopicPartition(topic, number) for topic, each in logs.items() for number in range(each.partitions)]


def _still_valid(positions: Positions, logs: Mapping[str, Log]) -> Positions:
    """Without the offsets in topics that were created anew."""
    anew = {topic for topic, each in logs.items() if positions.logs.get(topic, each.id) != each.id}
    kept = {source: at for source, at in positions.offsets.items() if source.rpartition("/")[0] not in anew}
    return Positions(positions.logs, kept)
