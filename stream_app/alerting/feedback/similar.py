"""Which incidents of the past were like one: a scenario found the same entity. Pure."""

from collections.abc import Iterable

from stream_app.alerting.incidents.incident import Incident

SEARCHED = 1_000  # of the newest incidents


def like(incident: Incident, others: Iterable[Incident]) -> list[Incident]:
    """Those of the others that share a scenario and its entity with the incident, in their order."""
    wanted = _found(incident)
    is_other = (each for each in others if each.id != incident.id and each.state != "merged")
    return [each for each in is_other if not wanted.isdisjoint(_found(each))]


def _found(incident: Incident) -> set[tuple[str, str]]:
    return {(one.event.scenario, one.entity) for one in incident.members.values()}
