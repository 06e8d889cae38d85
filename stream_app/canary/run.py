"""The loop of the canary process: send when it is due, read what the monitor says, give up on what it does not say."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import prometheus_client
import structlog
from kafka import KafkaProducer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError
from prometheus_client import CollectorRegistry

from models.clock import Clock, parse_clock
from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.canary.metrics import CanaryMetrics
from stream_app.canary.probe import Probe
from stream_app.canary.staging import identity, stage
from stream_app.console.decode import UndecodableRecord, decode_anomaly
from stream_app.console.tail import Start, Tail
from stream_app.errors import BadSetting
from stream_app.settings import Settings
from stream_app.web import create_api, start_server

log = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0
SEND_SECONDS = 5.0
STUCK_SECONDS = 60.0  # longer than any call to the broker may take


@dataclass(slots=True)
class Canary:
    """Sends every `seconds`, 0: never. One thread, whose loop turns twice a second while Kafka answers."""

    broker: str
    probe: Probe
    clock: Clock
    seconds: float
    due: float = 0.0  # wall time
    turned: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """For ever, through any outage of the broker."""
        while True:
            try:
                self._follow()
            except KafkaError as error:
                if self._is_due():
                    self.probe.unsent(type(error).__name__)
                self._turn()
                time.sleep(RETRY_SECONDS)

    def dead_reason(self) -> str:
        """Why the process should be restarted; empty while it lives."""
        stuck = time.monotonic() - self.turned
        return f"the canary's loop has not turned for {stuck:.0f} s" if stuck > STUCK_SECONDS else ""

    def _follow(self) -> None:
        tail = Tail(self.broker, {ANOMALY_TOPIC: Start(0.0)})
        tail.open()
        try:
            self._send_with(tail)
        finally:
            tail.close()

    def _send_with(self, tail: Tail) -> None:
        """Until the broker is lost."""
        producer = KafkaProducer(bootstrap_servers=self.broker, acks="all", client_id="monitor-canary")
        try:
            while True:
                batch = tail.poll()
                found = list(anomalies(batch.records))
                self.probe.heard(found, time.time())
                forget(producer, found)
                self._turn()
                if not batch.missing and self._is_due():
                    self._send(producer)
        finally:
            producer.close(timeout=SEND_SECONDS)

    def _send(self, producer: KafkaProducer) -> None:
        now = time.time()
        number = identity(int(now * 1000))
        try:
            stage(producer, number, self.clock.now_ms(), SEND_SECONDS)
        except KafkaError as error:
            self.probe.unsent(type(error).__name__)
            raise
        self.probe.sent(number, now)

    def _turn(self) -> None:
        self.turned = time.monotonic()
        self.probe.give_up(time.time())

    def _is_due(self) -> bool:
        """Whether one is to be sent now; asked again it is not."""
        now = time.time()
        if not self.seconds or now < self.due:
            return False
        self.due = now + self.seconds
        return True


def forget(producer: KafkaProducer, found: list[AnomalyDetected]) -> None:
    """What a canary set off and is over leaves the compacted topic again."""
    for anomaly in found:
        if anomaly.synthetic and anomaly.status == "resolved":
            producer.send(ANOMALY_TOPIC, key=anomaly.anomaly_id.encode(), value=None)


def anomalies(records: list[ConsumerRecord]) -> Iterator[AnomalyDetected]:
    """What the records say; what is no anomaly is none of a canary either, and logged."""
    for record in records:
        try:
            held: Any = decode_anomaly(record.value) if record.value else None
        except UndecodableRecord as error:
            log.warning("record not readable", offset=record.offset, reason=str(error))
            continue
        if held is not None:
            yield held.event


def run_canary(settings: Settings) -> None:
    """Serve metrics and send canaries until interrupted; BadSetting when only the log knows the time, PortInUse."""
    clock = parse_clock(settings.clock)
    if not clock.now_ms():
        raise BadSetting("MONITOR_CLOCK=events cannot be used with canaries: they happen now, by wall or scaled clock")
    prometheus_client.disable_created_metrics()
    metrics = CanaryMetrics(CollectorRegistry())
    metrics.enabled.set(bool(settings.canary_seconds))
    probe = Probe(metrics, settings.canary_patience_seconds)
    canary = Canary(settings.broker, probe, clock, settings.canary_seconds)
    api = create_api(probe.report, canary.dead_reason, metrics.registry, "canary")
    start_server(api, settings.host, settings.canary_port, "MONITOR_CANARY_PORT")
    canary.run()
