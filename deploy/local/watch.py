"""What a run looks at while it goes on: anomalies as they are published, and the pipeline's health."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
from kafka import KafkaConsumer

from deploy.local.shop_time import ShopTime
from deploy.local.verdict import Report
from shop_services.contracts.topics import ANOMALY_TOPIC

POLL_MS = 200


class AnomalyWatch:
    """Reads `anomaly-events` from the beginning and keeps the first revision of every anomaly."""

    def __init__(self, bootstrap: str, clock: ShopTime) -> None:
        self._clock = clock
        self._consumer = KafkaConsumer(
            ANOMALY_TOPIC, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest"
        )
        self.reports: dict[str, Report] = {}

    def poll(self) -> Iterator[dict[str, Any]]:
        """The `data` of every event since the last call."""
        for records in self._consumer.poll(POLL_MS).values():
            for record in records:
                data = json.loads(record.value)["data"]
                self.reports.setdefault(data["anomalyId"], self._report(data))
                yield data

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def _report(self, data: dict[str, Any]) -> Report:
        published = datetime.fromisoformat(data["detectedAt"]).timestamp()
        return Report(
            anomaly_id=data["anomalyId"],
            scenario=data["scenario"],
            kind=data["entity"]["kind"],
            id=data["entity"]["id"],
            direction=data["direction"],
            start=datetime.fromisoformat(data["window"]["start"]),
            at=self._clock.at_wall(published),
            summary=data["summary"],
        )


class PipelineWatch:
    """Asks the worker's `/readyz` and says when its answer changes."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/readyz"
        self._fault: str | None = None

    def poll(self) -> str | None:
        """A line when the pipeline has failed or recovered since the last call."""
        fault = self._ask()
        if fault == self._fault:
            return None
        was, self._fault = self._fault, fault
        if fault:
            return f"pipeline fault: {fault}"
        return "pipeline healthy again" if was else None

    def is_ready(self) -> bool:
        """True when the worker judges all scenarios it has a model for."""
        try:
            answer = httpx.get(self._url, timeout=2).json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool(answer["ready"]) and all(s["state"] != "warming" for s in answer["scenarios"].values())

    def _ask(self) -> str:
        try:
            pipeline = httpx.get(self._url, timeout=2).json()["pipeline"]
        except (httpx.HTTPError, ValueError) as error:
            return f"the worker does not answer ({type(error).__name__})"
        return str(pipeline["reason"])


def events_seen(url: str) -> int:
    """Shop messages the worker has counted, 0 when it does not answer."""
    try:
        text = httpx.get(f"{url}/metrics", timeout=5).text
    except httpx.HTTPError:
        return 0
    counted = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith("monitor_events_total{")]
    return int(sum(map(float, counted)))
