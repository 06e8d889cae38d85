"""What is news to an endpoint: the incident as it stands against what the endpoint was told last. Pure.

It compares states and counts no events. So after an outage, a catch-up or a change of the routes the same comparison
says what is still to be told, once.
"""

from typing import Literal, NamedTuple

from stream_app.alerting.incidents.incident import RANK, Incident, Told

Kind = Literal["opened", "updated", "resolved", "reopened"]
KINDS: tuple[Kind, ...] = ("opened", "updated", "resolved", "reopened")


class Patience(NamedTuple):
    """Wall time in ms: least time between two updates, and the age from which what is over is not told any more."""

    update_ms: int = 300_000
    stale_ms: int = 3_600_000


def news(incident: Incident, told: Told | None, now: int, patience: Patience) -> Kind | None:
    """What to tell at wall time `now`, ms; None when there is nothing new."""
    if told is None:
        return "opened" if _is_worth_opening(incident, now, patience) else None
    if incident.state != "open":
        return "resolved" if told.state == "open" else None
    if told.state == "resolved":
        return "reopened"
    if RANK[incident.severity] > RANK[told.severity]:
        return "updated"
    if incident.acknowledged or now < incident.snoozed_until:
        return None
    return "updated" if _has_grown(incident, told) and now - told.at >= patience.update_ms else None


def as_told(incident: Incident, kind: Kind, now: int) -> Told:
    """What an endpoint knows after it was told so."""
    return Told(
        state="resolved" if kind == "resolved" else "open",
        severity=incident.severity,
        scenarios=incident.scenarios,
        entities=incident.entities,
        scope=incident.scope,
        at=now,
    )


def _is_worth_opening(incident: Incident, now: int, patience: Patience) -> bool:
    if not incident.pageable or incident.state == "merged" or now < incident.snoozed_until:
        return False
    return incident.state == "open" or now - incident.first_seen < patience.stale_ms


def _has_grown(incident: Incident, told: Told) -> bool:
    return (
        incident.scope > told.scope
        or not incident.scenarios <= told.scenarios
        or not incident.entities <= told.entities
    )
