"""Kafka into the timeline: a loop that survives an outage of the broker and says how it fares."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from stream_app.console.decode import Anomaly, UndecodableRecord, decode_anomaly, decode_reading
from stream_app.console.following import Following
from stream_app.console.letters import LIMIT, decode_letter
from stream_app.console.metrics import ConsoleMetrics
from stream_app.console.options import ConsoleOptions
from stream_app.console.tail import Batch, Start, Tail
from stream_app.console.timeline import Timeline

READINGS_SECONDS = 24 * 3600.0  # wall time; the timeline itself keeps less when the shop's time runs faster
LETTERS_SECONDS = 7 * 24 * 3600.0  # as long as the topic keeps them
STALE_SECONDS = 8.0
RETRY_SECONDS = 1.0
SHOWN = 20

log = structlog.get_logger()


class Refused(NamedTuple):
    """A record that could not be read: where it is, and why."""

    topic: str
    partition: int
    offset: int
    reason: str


@dataclass(slots=True)
class FeedState:
    """How reading goes. `heard` is the monotonic time of the broker's last answer, 0 before the first."""

    heard: float = 0.0
    reason: str = "connecting to Kafka"
    caught_up: bool = False
    ended: bool = False
    lag: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    refused_total: int = 0
    refused: deque[Refused] = field(default_factory=lambda: deque(maxlen=SHOWN))
    clock: Callable[[], float] = time.monotonic

    @property
    def silent_seconds(self) -> float | None:
        """Seconds since the broker answered; None before it ever did."""
        return self.clock() - self.heard if self.heard else None

    @property
    def is_fresh(self) -> bool:
        """True when the broker answered lately, so that what is shown is current."""
        silent = self.silent_seconds
        return silent is not None and silent < STALE_SECONDS


class Feed:
    """Fills a timeline. `run` is a task of its owner and ends by being cancelled; its one thread ends with it.

    After an outage everything is read again from the start: redelivery changes nothing in the timeline.
    """

    def __init__(
        self, options: ConsoleOptions, timeline: Timeline, metrics: ConsoleMetrics, following: Following
    ) -> None:
        self.state = FeedState()
        self._options = options
        self._timeline = timeline
        self._metrics = metrics
        self._following = following

    async def run(self) -> None:
        """Follow the topics until cancelled."""
        with ThreadPoolExecutor(1, thread_name_prefix="console-feed") as thread:
            try:
                while True:
                    await self._follow(thread)
                    await asyncio.sleep(RETRY_SECONDS)
            finally:
                self.state.ended = True

    async def _follow(self, thread: ThreadPoolExecutor) -> None:
        """Read until the broker is lost."""
        loop = asyncio.get_running_loop()
        tail = Tail(self._options.bootstrap, self._starts())
        try:
            await loop.run_in_executor(thread, tail.open)
            while True:
                self.take(await loop.run_in_executor(thread, tail.poll))
                await asyncio.sleep(0)
        except KafkaError as error:
            self._lost(error)
        finally:
            # The one thread finishes a poll that was under way first; a cancelled task cannot wait for it.
            thread.submit(_close, tail)

    def take(self, batch: Batch) -> None:
        """Put what was read into the timeline."""
        for record in batch.records:
            self._put(record)
        # Without a topic of dead letters there are none; whether the shop is all right can be said all the same.
        self.state.missing = tuple(name for name in batch.missing if name != self._options.dead_letter_topic)
        if batch.lag is not None:
            self._heard(batch.lag)

    def _starts(self) -> dict[str, Start]:
        options = self._options
        letters = Start(LETTERS_SECONDS, records=LIMIT)
        recent = {options.readings_topic: Start(READINGS_SECONDS), options.dead_letter_topic: letters}
        return {options.anomaly_topic: Start(), **recent}

    def _put(self, record: ConsumerRecord) -> None:
        self._metrics.records.labels(record.topic).inc()
        if record.value is None:
            return  # a tombstone: compaction forgets the anomaly, people may still look at it
        try:
            if record.topic == self._options.readings_topic:
                self._timeline.curves.put(*decode_reading(record.value))
            elif record.topic == self._options.dead_letter_topic:
                self._timeline.letters.put(decode_letter(record.value))
            elif (anomaly := decode_anomaly(record.value)) is not None:
                self._show(anomaly)
        except UndecodableRecord as error:
            self._refuse(Refused(record.topic, record.partition, record.offset, str(error)))

    def _show(self, anomaly: Anomaly) -> None:
        """What a probe staged is nothing people should look at, unless they ask for it."""
        if anomaly.event.synthetic:
            self._metrics.synthetic.inc()
        is_shown = self._options.show_synthetic or not anomaly.event.synthetic
        if is_shown and self._timeline.anomalies.put(anomaly):
            self._following.put(anomaly)

    def _refuse(self, refused: Refused) -> None:
        self._metrics.undecodable.labels(refused.topic).inc()
        if refused not in self.state.refused:  # a record read again after an outage is one refusal, not two
            self.state.refused_total += 1
            self.state.refused.append(refused)

    def _heard(self, lag: dict[str, int]) -> None:
        if not self.state.is_fresh:
            log.info("reading anomalies", bootstrap=self._options.bootstrap, lag=lag)
        self.state.heard = self.state.clock()
        self.state.reason = ""
        self.state.lag = lag
        self.state.caught_up |= lag.get(self._options.anomaly_topic) == 0

    def _lost(self, error: KafkaError) -> None:
        """Note the outage, once however often a new attempt fails."""
        reason = f"Kafka at {self._options.bootstrap} does not answer"
        if reason != self.state.reason:
            log.warning("broker does not answer", bootstrap=self._options.bootstrap, error=str(error))
            self._metrics.outages.inc()
        self.state.reason = reason


def _close(tail: Tail) -> None:
    try:
        tail.close()
    except KafkaError as error:
        log.info("the connection was lost before it could be closed", error=str(error))
