"""The newest anomalies, each at its newest revision. Pure and bounded."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stream_app.console.decode import Anomaly, Subject

LIMIT = 10_000
STEPS = 50  # revisions remembered of one anomaly


class Place(NamedTuple):
    """Where an anomaly stands: sorted by the start of its window, event time in ms, then by id."""

    start: int
    id: str


class Step(NamedTuple):
    """One revision in an anomaly's life; `detected` is wall time in ms, `possible` event time."""

    revision: int
    status: str
    severity: str
    score: float
    actual: float | None
    detected: int
    possible: int


@dataclass(slots=True)
class Case:
    """An anomaly's newest revision and what is known of the earlier ones, oldest first."""

    anomaly: Anomaly
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which anomalies: `status` is one of the four, or `open` or `past`; None means any."""

    status: str | None = None
    scenario: str | None = None

    def admits(self, anomaly: Anomaly) -> bool:
        """True when the anomaly is wanted."""
        return self._status(anomaly) and self.scenario in (None, anomaly.event.scenario)

    def _status(self, anomaly: Anomaly) -> bool:
        if self.status in ("open", "past"):
            return anomaly.is_open is (self.status == "open")
        return self.status in (None, anomaly.event.status)


@dataclass(slots=True)
class AnomalyList:
    """At most `limit` anomalies by id. Past ones make room before open ones.

    `evicted` counts what had no room, again when it is read again.
    """

    limit: int = LIMIT
    evicted: int = 0
    version: int = 0  # grows with every change
    _cases: dict[str, Case] = field(default_factory=dict)
    _order: list[Place] = field(default_factory=list)  # oldest first
    _open: dict[str, Anomaly] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._cases)

    def put(self, anomaly: Anomaly) -> bool:
        """Take in a revision; False when it is known or older than the known one, and nothing changed."""
        event = anomaly.event
        case = self._cases.get(event.anomaly_id)
        if case is not None and event.revision <= case.anomaly.event.revision:
            return False
        if case is None and not self._has_room_for(anomaly):
            self.evicted += 1
            return False
        if case is not None:
            self._order.remove(_place(case.anomaly))
        insort(self._order, _place(anomaly))
        self._remember(case or Case(anomaly), anomaly)
        self._make_room()
        self.version += 1
        return True

    def get(self, anomaly_id: str) -> Case | None:
        """The anomaly of this id, if it is still kept."""
        return self._cases.get(anomaly_id)

    def open(self) -> list[Anomaly]:
        """What is open now: critical first, then the newest."""
        rank = {"critical": 0, "warning": 1}
        return sorted(self._open.values(), key=lambda a: (rank.get(a.event.severity, 2), -a.start, a.event.anomaly_id))

    def select(self, wanted: Filter, below: Place | None = None) -> Iterator[Anomaly]:
        """The wanted anomalies, newest first; only those that stand below a place, when one is given."""
        end = len(self._order) if below is None else bisect_left(self._order, below)
        for place in reversed(self._order[:end]):
            anomaly = self._cases[place.id].anomaly
            if wanted.admits(anomaly):
                yield anomaly

    def touching(self, subject: Subject, start: int, end: int) -> list[Anomaly]:
        """Anomalies of one entity whose window overlaps the span, event time in ms; an open one has no end yet."""
        cases = (case.anomaly for case in self._cases.values())
        return [a for a in cases if a.subject == subject and a.start <= end and (a.is_open or a.end >= start)]

    def scenarios(self) -> list[str]:
        """The scenarios of the kept anomalies, sorted."""
        return sorted({case.anomaly.event.scenario for case in self._cases.values()})

    def _remember(self, case: Case, anomaly: Anomaly) -> None:
        case.anomaly = anomaly
        case.steps = [*case.steps, _step(anomaly)][-STEPS:]
        self._cases[anomaly.event.anomaly_id] = case
        self._open.pop(anomaly.event.anomaly_id, None)
        if anomaly.is_open:
            self._open[anomaly.event.anomaly_id] = anomaly

    def _has_room_for(self, anomaly: Anomaly) -> bool:
        """False for one that is over and older than all kept: it would be the first to go again."""
        return len(self._order) < self.limit or anomaly.is_open or _place(anomaly) > self._order[0]

    def _make_room(self) -> None:
        if len(self._order) <= self.limit:
            return
        oldest = next((i for i, place in enumerate(self._order) if place.id not in self._open), 0)
        place = self._order.pop(oldest)
        del self._cases[place.id]
        self._open.pop(place.id, None)
        self.evicted += 1


def _place(anomaly: Anomaly) -> Place:
    return Place(anomaly.start, anomaly.event.anomaly_id)


def _step(anomaly: Anomaly) -> Step:
    event = anomaly.event
    return Step(
        event.revision, event.status, event.severity, event.score, event.actual, anomaly.detected, anomaly.possible
    )
