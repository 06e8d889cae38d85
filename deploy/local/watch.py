"""What a run looks at while it goes on: anomalies as they are published, and the pipeline's health."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import msgspec
from kafka import KafkaConsumer
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.matching import Report
from deploy.local.shop_time import ShopTime
from shop_services.contracts import envelope
from shop_services.contracts.anomaly import TYPE, AnomalyDetected
from shop_services.contracts.errors import ContractError
from shop_services.contracts.topics import ANOMALY_TOPIC

POLL_MS = 200
CLOSE_MS = 1_000  # the broker is gone by then
ASK_SECONDS = 2.0  # longer than a healthy worker takes under load


class AnomalyWatch:
    """Reads `anomaly-events` from the beginning; keeps every anomaly's first publication and when it was over."""

    def __init__(self, consumer: Any, clock: ShopTime) -> None:
        self._clock = clock
        self._consumer = consumer
        self.unreadable = 0  # records that hold no event as declared
        self.reports: dict[str, Report] = {}
        self.over: dict[str, datetime] = {}  # shop time, by anomaly id

    def poll(self) -> Iterator[tuple[datetime, AnomalyDetected]]:
        """Every change since the last call with its shop time; waits a moment when there is none."""
        for records in self._consumer.poll(POLL_MS).values():
            for record in records:
                try:
                    anomaly = anomaly_in(record.value)
                except (ContractError, msgspec.DecodeError):
                    self.unreadable += 1
                else:
                    if anomaly is not None:
                        yield self._noted(anomaly)

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close(timeout_ms=CLOSE_MS)

    def _noted(self, anomaly: AnomalyDetected) -> tuple[datetime, AnomalyDetected]:
        at = self._clock.at_wall(datetime.fromisoformat(anomaly.detected_at).timestamp())
        self.reports.setdefault(anomaly.anomaly_id, report(anomaly, at))
        if anomaly.status in ("resolved", "retracted"):
            self.over.setdefault(anomaly.anomaly_id, at)
        return at, anomaly


class WorkerWatch:
    """Asks the worker how it fares and says when its answer changes."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=ASK_SECONDS)
        self._fault = ""

    def change(self) -> str:
        """A line when the pipeline has failed or recovered since the last call, else nothing."""
        fault = self._ask()
        was, self._fault = self._fault, fault
        if bool(fault) == bool(was):
            return ""
        return f"pipeline fault: {fault}" if fault else "pipeline healthy again"

    def is_judging(self) -> bool:
        """True when the worker knows the shop's time; what a scenario still has to learn comes with events."""
        try:
            answer = self._client.get("/readyz").json()
        except (httpx.HTTPError, ValueError):
            return False
        pipeline = answer["pipeline"]
        return bool(pipeline["healthy"] and pipeline["watermark"])

    def degraded(self) -> dict[str, str]:
        """Scenarios that are not judged, with the reason."""
        try:
            scenarios = self._client.get("/readyz").json()["scenarios"]
        except (httpx.HTTPError, ValueError):
            return {}
        return {stem: each["reason"] for stem, each in scenarios.items() if each["state"] == "degraded"}

    def events_seen(self) -> int:
        """Shop messages the worker has counted; 0 when it does not answer."""
        try:
            text = self._client.get("/metrics").text
        except httpx.HTTPError:
            return 0
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return int(sum(sample.value for sample in samples if sample.name == "monitor_events_total"))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _ask(self) -> str:
        try:
            return str(self._client.get("/readyz").json()["pipeline"]["reason"])
        except (httpx.HTTPError, ValueError) as error:
            return f"the worker does not answer ({type(error).__name__})"


def anomaly_consumer(bootstrap: str) -> KafkaConsumer:
    """A consumer of `anomaly-events` from the beginning."""
    return KafkaConsumer(ANOMALY_TOPIC, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest")


def anomaly_in(value: bytes | None) -> AnomalyDetected | None:
    """The anomaly in a record; None for a tombstone, other events, probes and trials; ContractError or DecodeError."""
    if value is None:
        return None
    event = envelope.decode(value)
    found = msgspec.json.decode(event.data, type=AnomalyDetected) if event.type == TYPE else None
    return None if found is not None and (found.synthetic or found.dry_run) else found


def report(anomaly: AnomalyDetected, at: datetime) -> Report:
    """What is judged of an anomaly published at a shop time."""
    return Report(
        anomaly_id=anomaly.anomaly_id,
        scenario=anomaly.scenario,
        kind=anomaly.entity.kind,
        id=anomaly.entity.id,
        direction=anomaly.direction,
        severity=anomaly.severity,
        start=datetime.fromisoformat(anomaly.window.start),
        end=datetime.fromisoformat(anomaly.window.end),
        at=at,
        summary=anomaly.summary,
    )
