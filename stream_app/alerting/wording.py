"""What people read: title, text, and the same as data for machines. Pure."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.alerting.incidents.hints import first_cause, requests, total_impact
from stream_app.alerting.incidents.incident import RANK, Incident, Sighting, over
from stream_app.console.phrases import number, scenario, span

NAMED = 5  # entities and features that a text names


def title(incident: Incident, kind: str) -> str:
    """One line: how bad, what, where, and what became of it."""
    lead = leading(incident)
    more = len(incident.entities) - 1
    where = f"{place(lead)}{f' and {more} more' if more > 0 else ''}"
    return f"{incident.severity.upper()} {scenario(lead.event.scenario)}: {where} ({outcome(incident, kind)})"


def text(incident: Incident, kind: str, console: str) -> str:
    """What, where, since when, expected against actual, impact, why, what to do, where to look."""
    lead = leading(incident)
    lines = [
        f"What: {lead.event.summary}",
        f"Where: {_places(incident)}",
        f"Since: {_moment(incident.opened)}{_lasted(incident)}",
        f"Expected: {_expected(lead.event)}; actual: {number(lead.event.actual)} {lead.event.unit}",
        *(f"Impact: {number(each.amount)} {each.unit} ({scenario(each.kind)})" for each in total_impact(incident)),
        *_cause_line(incident),
        f"Why: {_why(lead.event)}",
        *(f"What to do: {url}" for url in _runbooks(incident)),
        f"Look: {console}/incidents/{incident.id}",
    ]
    if traced := requests(incident):
        lines.append(f"Requests: {', '.join(traced[:NAMED])}")
    return "\n".join(lines)


def as_data(incident: Incident, kind: str, console: str, severity_before: str | None) -> dict[str, Any]:
    """The incident for machines; times are RFC 3339, event time. Keys are camelCase like those of the events."""
    lead, cause = leading(incident), first_cause(incident)
    return {
        "incidentId": incident.id,
        "status": kind,
        "state": incident.state,
        "severity": incident.severity,
        "severityBefore": severity_before,
        "title": title(incident, kind),
        "text": text(incident, kind, console),
        "summary": lead.event.summary,
        "scenarios": sorted(incident.scenarios),
        "entities": sorted(incident.entities),
        "startedAt": rfc3339(incident.opened),
        "resolvedAt": rfc3339(incident.resolved) if incident.resolved else None,
        "durationSeconds": (incident.resolved - incident.opened) // 1000 if incident.resolved else None,
        "expected": lead.event.expected,
        "actual": lead.event.actual,
        "unit": lead.event.unit,
        "impact": [msgspec.to_builtins(each) for each in total_impact(incident)],
        "firstCause": {"entity": cause.entity, "since": rfc3339(cause.since)} if cause else None,
        "explanation": [msgspec.to_builtins(each) for each in lead.event.explanation[:NAMED]],
        "requests": list(requests(incident)),
        "anomalies": sorted(incident.members),
        "mergedInto": incident.merged_into or None,
        "links": {"console": f"{console}/incidents/{incident.id}", "runbooks": _runbooks(incident)},
    }


def leading(incident: Incident) -> Sighting:
    """The anomaly that speaks for the incident: of what began it, else the worst."""
    shown = incident.pageable or list(incident.members.values())
    cause = first_cause(incident)
    of_cause = [one for one in shown if cause and one.entity == cause.entity]
    return max(of_cause or shown, key=lambda one: (RANK[one.event.severity], one.event.score, one.id))


def outcome(incident: Incident, kind: str) -> str:
    """What became of it, in a word or two."""
    if incident.merged_into:
        return "goes on in another incident"
    if kind == "resolved" and not incident.pageable:
        return "retracted, it was a false alarm"
    return "over" if kind == "resolved" else kind


def place(seen: Sighting) -> str:
    """Whom or what it concerns."""
    entity = seen.event.entity
    if entity.kind == "shop":
        return "the whole shop"
    return entity.id if entity.kind in ("service", "event_type") else f"{entity.kind} {entity.id}"


def rfc3339(ms: int) -> str:
    """Event time as text.

    >>> rfc3339(0)
    '1970-01-01T00:00:00.000Z'
    """
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _places(incident: Incident) -> str:
    shown = incident.pageable or list(incident.members.values())
    names = list(dict.fromkeys(place(one) for one in shown))
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _lasted(incident: Incident) -> str:
    until = incident.resolved or max(over(one) for one in incident.members.values())
    took = span((until - incident.opened) / 1000)
    return f", over since {_moment(incident.resolved)} ({took})" if incident.resolved else f", for {took} so far"


def _expected(event: AnomalyDetected) -> str:
    band = f" ({number(event.lower)} to {number(event.upper)})" if event.lower is not None else ""
    return f"{number(event.expected)}{band}"


def _cause_line(incident: Incident) -> list[str]:
    cause = first_cause(incident)
    if cause is None:
        return []
    follows = f"; {cause.explained} of {cause.others} others follow from it" if cause.explained else ""
    return [f"Deviated first: {cause.entity} at {_moment(cause.since)}{follows}"]


def _why(event: AnomalyDetected) -> str:
    parts = [
        f"{each.feature} {number(each.value)}" + ("" if each.typical is None else f" (usually {number(each.typical)})")
        for each in event.explanation[:NAMED]
    ]
    return ", ".join(parts) or "no features were given"


def _runbooks(incident: Incident) -> list[str]:
    return sorted({one.event.links.runbook for one in incident.members.values() if one.event.links.runbook})


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
