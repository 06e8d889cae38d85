"""What helps whoever is woken: who deviated first, what it costs, which requests were involved. Pure."""

from collections import defaultdict
from typing import NamedTuple

from shop_services.contracts.anomaly import Impact
from stream_app.alerting.incidents.incident import SCOPES, Incident, Sighting
from stream_app.alerting.incidents.topology import COUNTED, explains, is_whole

AT_ONCE_MS = 2 * 60_000  # starts so close together say nothing about an order: windows are a minute or more wide
TRACED = 20


class Cause(NamedTuple):
    """Who seems to have begun: `explained` of `others` other entities get their messages from it."""

    entity: str
    since: int  # event time, ms
    explained: int
    others: int


def first_cause(incident: Incident) -> Cause | None:
    """Of those that deviated first, the one from which most of the others follow; None for a single entity.

    The whole shop is no cause of its parts, a service goes before its single messages.
    """
    parts = [one for one in incident.pageable if not is_whole(one)]
    if len(incident.entities) < 2 or not parts:
        return None
    earliest = min(one.start for one in parts)
    first = [one for one in parts if one.start - earliest <= AT_ONCE_MS]
    chosen = max(first, key=lambda one: (*_weight(one, parts), -one.start, one.entity))
    others = {one.entity for one in parts} - {chosen.entity}
    return Cause(chosen.entity, chosen.start, _explained(chosen, parts), len(others))


def _weight(one: Sighting, parts: list[Sighting]) -> tuple[int, int, float]:
    return _explained(one, parts), SCOPES.get(one.event.entity.kind, 1), one.event.score


def _explained(one: Sighting, parts: list[Sighting]) -> int:
    """How many other entities follow from it along the graph of messages."""
    key = (one.event.entity.kind, one.event.entity.id)
    others = {(each.event.entity.kind, each.event.entity.id) for each in parts} - {key}
    return sum(each[0] in COUNTED and key[0] in COUNTED and explains(key, each) for each in others)


def total_impact(incident: Incident) -> tuple[Impact, ...]:
    """What it costs in all, by kind and unit, the largest first.

    Two scenarios that see one product, and counts of parts that are counted in the whole too, are not added up: of
    those the largest holds.
    """
    largest: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for one in incident.pageable:
        if one.event.impact is not None:
            name, place = (one.event.impact.kind, one.event.impact.unit), _counted_at(one)
            largest[name][place] = max(one.event.impact.amount, largest[name].get(place, 0.0))
    sums = [Impact(kind=kind, amount=sum(amounts.values()), unit=unit) for (kind, unit), amounts in largest.items()]
    return tuple(sorted(sums, key=lambda impact: (-impact.amount, impact.kind)))


def _counted_at(one: Sighting) -> str:
    return "messages" if one.event.entity.kind in COUNTED else one.entity


def requests(incident: Incident) -> tuple[str, ...]:
    """The correlation ids of the requests the evidence belongs to, in its order, at most 20; none if it has none."""
    found = (each.correlation_id for one in incident.pageable for each in one.event.evidence)
    return tuple(dict.fromkeys(each for each in found if each))[:TRACED]
