"""An incident: anomalies of one cause, and what has been said and done about them."""

import uuid
from typing import Literal

import msgspec

from models.decisions import NAMESPACE
from shop_services.contracts.anomaly import AnomalyDetected, Severity

State = Literal["open", "resolved", "merged"]
RANK: dict[str, int] = {"info": 0, "warning": 1, "critical": 2}
SCOPES = {"shop": 3, "service": 2}  # everything else is a single thing


class Quiet(msgspec.Struct, frozen=True):
    """Why nobody is told of an anomaly: what people said about those like it. `kind` is a verdict or `mute`."""

    kind: str
    text: str


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """An anomaly at its newest revision. `start`, `end` and `possible` are event time, `detected` wall time, in ms.

    `is_pageable` is False for what is only watched (canaries, scenarios in dry mode), and for what is kept `quiet`.
    """

    event: AnomalyDetected
    start: int
    end: int
    detected: int
    possible: int
    is_pageable: bool = True
    quiet: Quiet | None = None

    @property
    def id(self) -> str:
        """The anomaly's id."""
        return self.event.anomaly_id

    @property
    def is_open(self) -> bool:
        """True until it is resolved or retracted."""
        return self.event.status in ("opened", "updated")

    @property
    def entity(self) -> str:
        """Whom it concerns, as `service/cart-service`."""
        return f"{self.event.entity.kind}/{self.event.entity.id}"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint was told last: `at` is wall time in ms, the rest is how the incident stood."""

    state: Literal["open", "resolved"]
    severity: Severity
    scenarios: frozenset[str]
    entities: frozenset[str]
    scope: int
    at: int


class Acknowledgement(msgspec.Struct, frozen=True):
    """Somebody looks after it; `at` is wall time in ms."""

    by: str
    at: int
    note: str = ""


class Incident(msgspec.Struct, kw_only=True):
    """`opened` and `resolved` are event time in ms, `first_seen` and `snoozed_until` wall time in ms; 0: not."""

    id: str
    opened: int
    first_seen: int
    state: State = "open"
    resolved: int = 0
    reopened: int = 0  # how often
    merged_into: str = ""
    acknowledged: Acknowledgement | None = None
    snoozed_until: int = 0
    told: dict[str, Told] = msgspec.field(default_factory=dict)  # by endpoint
    messages: int = 0  # planned so far; numbers them
    members: dict[str, Sighting] = msgspec.field(default_factory=dict)  # by anomaly id

    @property
    def pageable(self) -> list[Sighting]:
        """The anomalies that count for people, oldest first; a retracted one never was."""
        real = [one for one in self.members.values() if one.is_pageable and one.event.status != "retracted"]
        return sorted(real, key=lambda one: (one.start, one.id))

    @property
    def hushed(self) -> list[Sighting]:
        """Its open anomalies that are kept quiet."""
        return [one for one in self.members.values() if one.quiet and one.is_open]

    @property
    def severity(self) -> Severity:
        """The worst it has been."""
        shown = self.pageable or list(self.members.values())
        return max((one.event.severity for one in shown), key=RANK.__getitem__)

    @property
    def scenarios(self) -> frozenset[str]:
        """Which scenarios see it."""
        return frozenset(one.event.scenario for one in self.pageable)

    @property
    def entities(self) -> frozenset[str]:
        """Whom it concerns."""
        return frozenset(one.entity for one in self.pageable)

    @property
    def scope(self) -> int:
        """How far it reaches: 1 single things, 2 a service, 3 the shop."""
        return max((SCOPES.get(one.event.entity.kind, 1) for one in self.pageable), default=0)

    @property
    def last_end(self) -> int:
        """When its last anomaly was over, event time in ms; of an open one, what is known so far."""
        return max(over(one) for one in self.members.values())

    @property
    def is_over(self) -> bool:
        """True when none of its anomalies is open."""
        return not any(one.is_open for one in self.members.values())


def over(seen: Sighting) -> int:
    """The event time up to which an anomaly is known to have lasted, ms."""
    return max(seen.end, seen.possible)


def incident_id(anomaly_id: str) -> str:
    """The same first anomaly always gives the same incident (UUIDv5)."""
    return str(uuid.uuid5(NAMESPACE, f"incident|{anomaly_id}"))


def new_incident(seen: Sighting) -> Incident:
    """The incident that an anomaly opens."""
    return Incident(id=incident_id(seen.id), opened=seen.start, first_seen=seen.detected, members={seen.id: seen})
