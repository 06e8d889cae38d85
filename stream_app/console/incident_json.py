"""An incident for programs. Keys are camelCase like those of the events, times are RFC 3339. Pure."""

from collections.abc import Sequence
from typing import Any

from stream_app.alerting.incidents.book import Happening
from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store.outbox import Posted
from stream_app.alerting.wording import leading, rfc3339, title


def brief(incident: Incident) -> dict[str, Any]:
    """As a list shows it. `acknowledged` and `snoozedUntil` are wall time, `startedAt` and `resolvedAt` event time."""
    seen = incident.acknowledged
    return {
        "incidentId": incident.id,
        "state": incident.state,
        "severity": incident.severity,
        "title": title(incident, incident.state),
        "summary": leading(incident).event.summary,
        "scenarios": sorted({one.event.scenario for one in incident.members.values()}),
        "entities": sorted({one.entity for one in incident.members.values()}),
        "startedAt": rfc3339(incident.opened),
        "resolvedAt": _moment(incident.resolved),
        "acknowledged": {"by": seen.by, "at": rfc3339(seen.at), "note": seen.note} if seen else None,
        "snoozedUntil": _moment(incident.snoozed_until),
        "reopened": incident.reopened,
        "mergedInto": incident.merged_into or None,
        "anomalies": sorted(incident.members),
    }


def whole(incident: Incident, history: Sequence[Happening], deliveries: Sequence[Posted]) -> dict[str, Any]:
    """With its anomalies as they were published, what happened to it, and who was told."""
    events = [one.event for one in sorted(incident.members.values(), key=lambda one: (one.start, one.id))]
    return {
        **brief(incident),
        "anomalies": events,
        "history": [{"at": rfc3339(one.at), "kind": one.kind, "text": one.text, "by": one.by} for one in history],
        "deliveries": [message(each) for each in deliveries],
    }


def message(posted: Posted) -> dict[str, Any]:
    """One message to one endpoint; wall time."""
    return {
        "id": posted.id,
        "endpoint": posted.endpoint,
        "kind": posted.kind,
        "state": posted.state,
        "createdAt": rfc3339(posted.created),
        "dueAt": rfc3339(posted.due),
        "finishedAt": _moment(posted.finished),
        "attempts": posted.attempts,
        "reason": posted.reason,
    }


def _moment(ms: int) -> str | None:
    return rfc3339(ms) if ms else None
