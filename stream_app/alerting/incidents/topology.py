"""Which anomalies have one cause: the same entity, the same records, or neighbours in the graph of messages. Pure.

Products and users have no place in that graph: they belong together by name or by shared evidence alone.
"""

from functools import cache

from models.columns import kinds
from models.facts import EntityKind
from models.volume.families import CAUSE, belong_together, entities
from stream_app.alerting.incidents.incident import Sighting, over

COUNTED = ("shop", "service", "event_type")  # what the graph of messages knows
COUNTS = "events"  # the unit of scenarios that count messages


def related(one: Sighting, other: Sighting) -> bool:
    """Whether two anomalies can have one cause, whenever they were."""
    if one.entity == other.entity:
        return _is_counted(one) == _is_counted(other)
    if shares_evidence(one, other):
        return True
    if _is_counted(one) and _is_counted(other):
        return touches(_key(one), _key(other))
    return one.event.scenario == other.event.scenario and "shop" in (one.event.entity.kind, other.event.entity.kind)


def near(one: Sighting, other: Sighting, gap_ms: int) -> bool:
    """Whether two anomalies lie no further apart than the gap, in event time; an open one has no end yet."""
    first, second = sorted((one, other), key=lambda seen: seen.start)
    return first.is_open or second.start - over(first) <= gap_ms


def is_whole(seen: Sighting) -> bool:
    """The shop as a whole is related to everything, so it joins others but never makes two of them one."""
    return seen.event.entity.kind == "shop"


def shares_evidence(one: Sighting, other: Sighting) -> bool:
    """Whether the same record speaks for both."""
    records = {(each.topic, each.partition, each.offset) for each in one.event.evidence}
    return any((each.topic, each.partition, each.offset) in records for each in other.event.evidence)


@cache
def touches(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether of two entities (kind, id) one contains, causes, follows from or serves the other, or their services do.

    Services, because whatever a service says falls silent with it: its other messages belong to the outage too.

    >>> touches(("service", "cart-service"), ("service", "warehouse-service"))
    True
    >>> touches(("service", "user-management-service"), ("service", "order-service"))
    False
    """
    if not (_is_known(one) and _is_known(other)):
        return one == other
    return bool(services_of(one) & reach_of(other)) or belong_together(_coded(one), _coded(other))


@cache
def explains(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether what the one does sets off something that the other does, directly or not."""
    causes = names_of(one)
    return any(not causes.isdisjoint(_origins(name)) for name in names_of(other) - causes)


@cache
def names_of(entity: tuple[str, str]) -> frozenset[str]:
    """The message names that an entity (kind, id) stands for; none for products and users."""
    kind, name = entity
    if kind == "shop":
        return frozenset(each.name for each in kinds())
    if kind == "event_type":
        return frozenset({name})
    return frozenset(each.name for each in kinds() if kind == "service" and each.service == name)


@cache
def services_of(entity: tuple[str, str]) -> frozenset[str]:
    """The services whose messages an entity stands for."""
    return frozenset(each.service for each in kinds() if each.name in names_of(entity))


@cache
def reach_of(entity: tuple[str, str]) -> frozenset[str]:
    """An entity's services, and those that hand messages to them or take messages from them."""
    own = services_of(entity)
    served = {each.name: each.service for each in kinds()}
    pairs = [(served[cause], served[effect]) for effect, cause in CAUSE.items()]
    return own | {two for one, two in pairs if one in own} | {one for one, two in pairs if two in own}


@cache
def _origins(name: str) -> frozenset[str]:
    """Names of all that leads to a message."""
    cause = CAUSE.get(name)
    return frozenset() if cause is None else _origins(cause) | {cause}


def _is_counted(seen: Sighting) -> bool:
    """Whether the graph of messages says anything about it: not about a shop whose prices are wrong."""
    kind = seen.event.entity.kind
    return kind in COUNTED and (kind != "shop" or seen.event.unit == COUNTS)


def _key(seen: Sighting) -> tuple[str, str]:
    return seen.event.entity.kind, seen.event.entity.id


@cache
def _is_known(entity: tuple[str, str]) -> bool:
    """A newer worker may name a service or message that this process does not know."""
    kind, name = entity
    if kind == "event_type":
        return any(each.name == name for each in kinds())
    return any((each.kind_name, each.id) == entity for each in entities())


def _coded(entity: tuple[str, str]) -> tuple[int, str]:
    return int(EntityKind[entity[0].upper()]), entity[1]
