"""What a model opened that was rolled back afterwards: taken back, unless the model that serves finds it as well.

The model that serves is asked about the time of the anomaly, by its own rule of opening. A memory that judges minute by
minute lets it look at those minutes again; its rows hold what a model expects, so rows of the other one would prove
nothing. Elsewhere the row that told most is kept with the case. What the model finds too, or cannot be asked about,
goes on as its own and ends as any other.
"""

from collections.abc import Collection, Set
from typing import Protocol, runtime_checkable

import numpy as np

from models.decisions import Change
from models.detector import Detector
from models.entity import Entity
from models.facts import EntityKind
from models.finding import Finding
from models.rows import Rows
from models.spec import Policy

Key = tuple[int, str]  # (EntityKind, id)
LOOK_MS = 24 * 3_600_000  # event time that is looked at again at most: more would hold up the judging


@runtime_checkable
class LooksAgain(Protocol):
    """A memory that can make the rows of minutes anew that were judged already."""

    def again(self, since: int) -> Rows | None:
        """The rows from event time `since`, ms, on, as this memory's model has them and without suspicions from before;
        None where it knows too little. The memory is of no use afterwards.
        """

    def let_go(self, entities: Collection[Entity]) -> None:
        """What these were suspected of was nothing."""


def take_back(detector: Detector, gone: Set[str], serving: str) -> list[tuple[Change, Finding]]:
    """Retract what models of the versions `gone` opened and the detector's own, version `serving`, does not find.

    Asked again it tells nothing: by then each of those anomalies is over, or the serving model's.
    """
    doubted = detector.decisions.opened_by(gone)
    if not doubted or detector.model is None or not detector.tuning.is_on:
        return []
    upheld = _upheld(detector, doubted)
    for entity in upheld:
        detector.decisions.cases[entity].opened_by = serving
    return _retracted(detector, [entity for entity in doubted if entity not in upheld])


def _retracted(detector: Detector, entities: Collection[Key]) -> list[tuple[Change, Finding]]:
    if isinstance(detector.memory, LooksAgain):
        detector.memory.let_go([Entity(EntityKind(kind), name) for kind, name in entities])
    changes = [detector.decisions.retract(entity, detector.watermark.value) for entity in entities]
    return [(change, detector.finding(change)) for change in changes]


def _upheld(detector: Detector, doubted: Collection[Key]) -> set[Key]:
    if not isinstance(detector.memory, LooksAgain):
        return {entity for entity in doubted if _is_strange(detector, entity)}
    starts = {entity: detector.decisions.cases[entity].start for entity in doubted}
    seen_from, found = _look(detector, min(starts.values()))
    policy = detector.scenario.SPEC.policy
    return {
        entity
        for entity, start in starts.items()
        if start < seen_from or any(_is_one(policy, entity, other) for other in found)
    }


def _is_strange(detector: Detector, entity: Key) -> bool:
    """Whether the row that told most is strange to the model that serves too; True where there is no such row."""
    row = detector.decisions.cases[entity].row
    if detector.model is None or len(row) != len(detector.scenario.SPEC.features):
        return True
    scores = detector.tuning.heard(detector.model.score(np.array([row], np.float32)))
    return bool(scores[0] >= 1.0)


def _look(detector: Detector, start: int) -> tuple[int, set[Key]]:
    """From when on the model could look again, at most from before `start`, and what it opens; event time, ms."""
    policy, bucket = detector.scenario.SPEC.policy, detector.scenario.SPEC.bucket_ms
    twin = detector.with_model(detector.model, detector.extras)
    twin.decisions.cases, twin.findings = {}, {}
    since = max(start - policy.open_n * bucket, detector.watermark.value - LOOK_MS)
    assert isinstance(twin.memory, LooksAgain)
    rows = twin.memory.again(since)
    if rows is None:
        return detector.watermark.value, set()
    return int(rows.start.min()), {change.entity for change in twin.decide_on(rows)}


def _is_one(policy: Policy, one: Key, other: Key) -> bool:
    """Whether anomalies of two entities may be one incident, seen from two sides."""
    if one == other or EntityKind.SHOP in (one[0], other[0]):
        return True
    return policy.same_incident is not None and policy.same_incident(one, other)
