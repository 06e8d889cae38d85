"""`alertmanager+http://` and `alertmanager+https://`: Prometheus' Alertmanager, API v2.

An alert's identity is its labels, so only what stays the same is a label. The severity is one too, because routes
need it; when it rises, the alert with the former one is ended in the same request.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from stream_app.alerting.delivery.queue import DIGEST
from stream_app.alerting.ports import Message
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.web import Web

SCHEMES = frozenset({"alertmanager+http", "alertmanager+https"})
PATH = "/api/v2/alerts"
# Without an end Alertmanager would take an alert for over after its resolve_timeout of some minutes.
OPEN_FOR = timedelta(days=7)


class AlertmanagerChannel:
    """Posts alerts. Told twice, Alertmanager knows it by its labels."""

    kind = "alertmanager"

    def __init__(self, endpoint: Endpoint, web: Web) -> None:
        self._endpoint = endpoint
        self._web = web

    def send(self, message: Message, at: float) -> None:
        told = message.data["incidents"] if message.kind == DIGEST else [message.data]
        alerts = [alert for each in told for alert in alerts_of(each, datetime.fromtimestamp(at, UTC))]
        url = self._endpoint.url.get_secret_value().removeprefix("alertmanager+").rstrip("/") + PATH
        headers = {"content-type": "application/json"}
        self._web.post(url, msgspec.json.encode(alerts), headers, self._endpoint.timeout_seconds)

    def close(self) -> None:
        """Nothing is held."""


def alerts_of(data: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """The incident as an alert, and the end of the one with its former severity.

    Times are those of the telling: Alertmanager compares them with its own clock, the shop's may run otherwise.
    """
    before, is_over = data["severityBefore"], data["status"] == "resolved"
    if before and before != data["severity"]:
        yield _alert(data, before, now)
    yield _alert(data, data["severity"], now if is_over else now + OPEN_FOR)


def _alert(data: Mapping[str, Any], severity: str, end: datetime) -> dict[str, Any]:
    return {
        "labels": {"alertname": "ShopIncident", "incident": data["incidentId"], "severity": severity},
        "annotations": {
            "summary": data["title"],
            "description": data["text"],
            "scenarios": ", ".join(data["scenarios"]),
            "entities": ", ".join(data["entities"]),
            "runbook_url": next(iter(data["links"]["runbooks"]), ""),
        },
        "startsAt": min(data["startedAt"], end.isoformat()),
        "endsAt": end.isoformat(),
        "generatorURL": data["links"]["console"],
    }


def open_channel(endpoint: Endpoint, web: Web) -> AlertmanagerChannel:
    """The channel of one endpoint."""
    return AlertmanagerChannel(endpoint, web)
