"""Kafka into the store: a loop that survives outages of broker and database, and says how it fares."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.evidence import EvidenceReader, traced
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.ports import Time
from stream_app.alerting.sightings import IsPageable, Read, sighting
from stream_app.console.decode import UndecodableRecord
from stream_app.console.tail import Batch, Start, Tail

RETRY_SECONDS = 1.0
TURN_SECONDS = 1.0  # how often the mere course of time is looked at: settled, snooze over, quiet hours over
FRESH_SECONDS = 8.0
FORGET_SECONDS = 3_600.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How reading goes. `turned` and `heard` are wall time in seconds, 0 before the first."""

    turned: float = 0.0
    heard: float = 0.0
    reason: str = "connecting to Kafka"
    is_caught_up: bool = False
    lag: int = 0
    missing: tuple[str, ...] = ()

    def is_ready(self, now: float) -> bool:
        """Everything so far was read, and the broker answered lately."""
        return self.is_caught_up and not self.reason and now - self.heard < FRESH_SECONDS


@dataclass(slots=True)
class Follower:
    """`run` belongs to one thread. `tell` is called when messages wait."""

    bootstrap: str
    absorber: Absorber
    is_pageable: IsPageable
    time: Time
    metrics: AlertMetrics
    tell: Callable[[], None]
    keep_ms: int
    evidence: EvidenceReader
    progress: Progress = field(default_factory=Progress)
    _starts: dict[int, int] = field(default_factory=dict)
    _absorbed: float = 0.0
    _forgot: float = 0.0

    def run(self, stop: threading.Event) -> None:
        """Follow the topic until stopped."""
        while not stop.is_set():
            tail: Tail | None = None
            try:
                self._starts = self.absorber.begin()
                start = Start(offsets=self._starts)
                tail = Tail(self.bootstrap, {self.absorber.topic: start}, client_id="monitor-alerts")
                self._follow(tail, stop)
            except (KafkaError, StoreUnavailable) as error:
                self._lost(error)
            finally:
                _close(tail)
            self.time.wait(stop, RETRY_SECONDS)

    def _follow(self, tail: Tail, stop: threading.Event) -> None:
        self.progress.is_caught_up = False
        tail.open()
        while not stop.is_set():
            self.progress.turned = self.time.now()
            self.take(tail.poll())

    def take(self, batch: Batch) -> None:
        """One poll's records into the store; what is read again after a failure changes nothing."""
        records = [self._read(record) for record in batch.records]
        if self.progress.is_caught_up:  # what is long past is much, and its records may be gone
            records = traced(records, self.evidence)
        self._look_for_new_beginnings(records)
        self._heard(batch)
        now = self.time.now()
        if records or now - self._absorbed >= TURN_SECONDS:
            self._absorbed = now
            if self.absorber.absorb(records, self.progress.is_caught_up):
                self.tell()
        if now - self._forgot >= FORGET_SECONDS:
            self._forgot = now
            self.absorber.forget(self.keep_ms)

    def _read(self, record: ConsumerRecord) -> Read:
        self.metrics.records.inc()
        try:
            seen = sighting(record.value, self.is_pageable) if record.value is not None else None
        except UndecodableRecord as error:
            log.warning("record passed over", partition=record.partition, offset=record.offset, reason=str(error))
            self.metrics.undecodable.inc()
            seen = None
        if seen is not None and not seen.is_pageable:
            self.metrics.muted.inc()
        return Read(record.partition, record.offset, seen)

    def _look_for_new_beginnings(self, records: Sequence[Read]) -> None:
        """A record from before where reading began: the topic was deleted and made anew."""
        for record in records:
            if record.offset < self._starts.get(record.partition, 0):
                log.warning("the topic was made anew", partition=record.partition, offset=record.offset)
                self.absorber.restart(record.partition, record.offset)
                self._starts[record.partition] = record.offset

    def _heard(self, batch: Batch) -> None:
        """Note the broker's sign of life. A topic that is not there yet has nothing to be read."""
        if batch.lag is None:
            return
        if self.progress.reason:
            log.info("reading anomalies", bootstrap=self.bootstrap, lag=batch.lag)
        progress = self.progress
        progress.heard, progress.reason, progress.missing = self.time.now(), "", batch.missing
        progress.lag = sum(batch.lag.values())
        progress.is_caught_up |= not progress.lag and not batch.missing
        self.metrics.connected.set(1)

    def _lost(self, error: Exception) -> None:
        """Note the outage, once however often a new attempt fails."""
        reason = str(error) if isinstance(error, StoreUnavailable) else f"Kafka at {self.bootstrap} does not answer"
        if reason != self.progress.reason:
            log.warning("alerting is held up", reason=reason, error=type(error).__name__)
            self.metrics.outages.inc()
        self.progress.reason = reason
        self.progress.is_caught_up = False
        self.progress.turned = self.time.now()
        self.metrics.connected.set(0)


def _close(tail: Tail | None) -> None:
    try:
        if tail is not None:
            tail.close()
    except KafkaError as error:
        log.info("the connection was lost before it could be closed", error=type(error).__name__)
