"""From scores to an anomaly's life cycle: m-of-n, hysteresis, pause, severity. Pure; the same in replay and live.

A detector that has opened an anomaly of an entity updates it instead of opening another until it is resolved, and
then pauses. The pause is worth more than any choice of model (measured on the Numenta Anomaly Benchmark).
"""

import uuid
from collections.abc import Set
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from models.spec import Policy
from shop_services.contracts.anomaly import Direction, Severity, Status

ID_KNOWN_MS = 2 * 86_400_000  # what one looks at begins at most so long ago
OVER: tuple[Status, ...] = ("resolved", "retracted")
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cqshop.example/anomaly")


class Judgement(NamedTuple):
    """The score of one entity in one window; times are event time in ms."""

    entity: tuple[int, str]  # (EntityKind, id)
    start: int
    end: int
    score: float
    direction: Direction


class Case(msgspec.Struct, gc=False):
    """What is remembered of one entity: recent scores, and the anomaly that is open or was last."""

    recent: list[bool] = msgspec.field(default_factory=list)
    anomaly_id: str = ""
    is_open: bool = False
    start: int = 0  # of the first abnormal window, ms
    last_abnormal: int = 0  # end of the newest abnormal window, ms
    resolved_at: int = 0
    revision: int = 0
    peak: float = 0.0  # highest score so far
    published_peak: float = 0.0  # the peak when it was last published
    severity: Severity = "warning"
    direction: Direction = "none"
    opened_start: int = 0  # of the anomaly that is open or was last, ms
    again: int = 0  # so many anomalies before it began with the same window
    opened_by: str = ""  # version of the model that opened it; "": not known, or no trained model
    row: list[float] = msgspec.field(default_factory=list)  # as the model was asked about what its finding tells
    before: tuple[float, Direction] = (0.0, "none")  # peak and direction of the anomaly before it
    retracted_at: int = 0


class Change(NamedTuple):
    """A new revision of an anomaly."""

    status: Status
    entity: tuple[int, str]
    anomaly_id: str
    revision: int
    severity: Severity
    score: float
    direction: Direction
    start: int
    end: int


@dataclass(slots=True)
class Decisions:
    """The cases of one scenario."""

    stem: str
    policy: Policy
    cases: dict[tuple[int, str], Case] = field(default_factory=dict)

    def step(self, judgement: Judgement) -> list[Change]:
        """Take in one score; changes where an anomaly ended before it, opens, worsens or ends."""
        ended = self._lapse(judgement)
        change = self._take_in(judgement)
        return ended if change is None else [*ended, change]

    def _lapse(self, judgement: Judgement) -> list[Change]:
        """End what was over before the score came, by event time: it does not matter how scores were grouped."""
        case = self.cases.get(judgement.entity)
        if case is None or not case.is_open or not self._is_over(case, judgement):
            return []
        return [self._resolve(judgement.entity, case, self._over_at(case))]

    def _is_over(self, case: Case, judgement: Judgement) -> bool:
        if judgement.score >= self.policy.resolve_below:
            return judgement.end > self._over_at(case)
        return judgement.end >= self._over_at(case)

    def _take_in(self, judgement: Judgement) -> Change | None:
        case = self.cases.get(judgement.entity)
        if case is None:
            if judgement.score < 1.0 and self.policy.open_n == 1:
                return None  # nothing to remember of an ordinary score
            case = self.cases[judgement.entity] = Case()
        case.recent = [*case.recent, judgement.score >= 1.0][-self.policy.open_n :]
        return self._continue(case, judgement) if case.is_open else self._open(case, judgement)

    def goes_on(self, entity: tuple[int, str]) -> bool:
        """Whether an ordinary score of the entity can matter."""
        case = self.cases.get(entity)
        return case is not None and _goes_on(case)

    def is_busy(self) -> bool:
        """Whether an ordinary score, or the mere course of time, can matter to any entity."""
        return any(map(_goes_on, self.cases.values()))

    def expire(self, now: int) -> list[Change]:
        """End what has had no abnormal score for long enough at event time `now`, news or not."""
        ended = []
        for entity, case in self.cases.items():
            if case.is_open and now >= self._over_at(case):
                ended.append(self._resolve(entity, case, self._over_at(case)))
        return ended

    def _over_at(self, case: Case) -> int:
        """The event time, ms, at which the open case is over unless an abnormal score comes before."""
        return case.last_abnormal + self.policy.resolve_after_ms

    def sign(self, change: Change, version: str) -> None:
        """The change that opened an anomaly was this model's; "" for what is no trained model."""
        case = self.cases.get(change.entity)
        if change.status == "opened" and case is not None and case.anomaly_id == change.anomaly_id:
            case.opened_by = version

    def opened_by(self, versions: Set[str]) -> list[tuple[int, str]]:
        """The entities of anomalies that are open and that one of these models opened."""
        return [entity for entity, case in self.cases.items() if case.is_open and case.opened_by in versions]

    def retract(self, entity: tuple[int, str], now: int) -> Change:
        """The open anomaly of the entity never was. No pause follows; the one of an anomaly before it goes on."""
        case = self.cases[entity]
        case.retracted_at = now
        change = self._end("retracted", entity, case)
        case.peak, case.direction = case.before
        return change

    def forget(self, now: int) -> None:
        """Drop cases that ended long before the event time `now`: behind their pause, and when no id can come again."""
        before = now - max(self.policy.pause_ms, ID_KNOWN_MS)
        self.cases = {entity: case for entity, case in self.cases.items() if _is_needed(case, before)}

    def _open(self, case: Case, judgement: Judgement) -> Change | None:
        if judgement.score >= 1.0 and not case.start:
            case.start = judgement.start
        if not any(case.recent):
            case.start = 0
        if judgement.score < 1.0 or not self._is_confirmed(case, judgement.score):
            return None
        if self._is_pausing(case, judgement):
            case.resolved_at = judgement.end if self.policy.pause_lasts else case.resolved_at
            return None
        if self._is_told(judgement):
            return None
        self._begin(case, judgement)
        return self._change("opened", judgement.entity, case, judgement.end)

    def _is_pausing(self, case: Case, judgement: Judgement) -> bool:
        """Whether it is no news after what ended. Too much after too little may be what was made up for; too little
        after too much is something else.
        """
        if not case.resolved_at or judgement.end - case.resolved_at >= self.policy.pause_ms:
            return False
        return (case.direction, judgement.direction) != ("high", "low") and not self._is_worse(judgement, case)

    def _is_confirmed(self, case: Case, score: float) -> bool:
        """Often enough of late, or so strong that once is enough."""
        return sum(case.recent) >= self.policy.open_m or score >= self.policy.open_at_once

    def _is_told(self, judgement: Judgement) -> bool:
        """Whether an anomaly of another entity, open or ended within the pause, tells of the same incident."""
        return any(
            self._is_same(entity, case, judgement) and not self._outdoes(judgement, case)
            for entity, case in self.cases.items()
            if entity != judgement.entity and case.anomaly_id
        )

    def _is_same(self, entity: tuple[int, str], case: Case, judgement: Judgement) -> bool:
        same, lasts = self.policy.same_incident, judgement.end - case.resolved_at < self.policy.pause_ms
        if case.is_open and judgement.end - case.start < self.policy.together_ms:
            return True
        return same is not None and (case.is_open or lasts) and same(entity, judgement.entity)

    def _outdoes(self, judgement: Judgement, case: Case) -> bool:
        """Whether it is so much stronger, and the other way round, that it cannot be what is already told of."""
        turned = {judgement.direction, case.direction} == {"high", "low"}
        return turned and self._is_worse(judgement, case)

    def _is_worse(self, judgement: Judgement, case: Case) -> bool:
        """Whether it is so much stronger than what ended that it is news even in the pause."""
        return judgement.score >= case.peak * self.policy.update_growth

    def _begin(self, case: Case, judgement: Judgement) -> None:
        case.is_open = True
        case.before, case.opened_by = (case.peak, case.direction), ""
        case.start = case.start or judgement.start
        case.last_abnormal = judgement.end
        case.revision = 0
        case.peak = judgement.score
        case.direction = judgement.direction
        case.again = case.again + 1 if case.anomaly_id and case.opened_start == case.start else 0
        case.opened_start = case.start
        case.anomaly_id = anomaly_id(self.stem, judgement.entity, case.start, case.again)

    def _continue(self, case: Case, judgement: Judgement) -> Change | None:
        if self._outdoes(judgement, case):
            return self._resolve(judgement.entity, case, judgement.end)
        case.peak = max(case.peak, judgement.score)
        if judgement.score >= self.policy.resolve_below:
            case.last_abnormal = max(case.last_abnormal, judgement.end)
        grown = case.peak >= case.published_peak * self.policy.update_growth
        worse = self.severity(case.peak) != case.severity
        return self._change("updated", judgement.entity, case, judgement.end) if grown or worse else None

    def _resolve(self, entity: tuple[int, str], case: Case, now: int) -> Change:
        case.resolved_at = now
        return self._end("resolved", entity, case)

    def _end(self, status: Status, entity: tuple[int, str], case: Case) -> Change:
        case.is_open = False
        case.recent = []
        change = self._change(status, entity, case, case.last_abnormal)
        case.start = 0
        return change

    def _change(self, status: Status, entity: tuple[int, str], case: Case, end: int) -> Change:
        case.revision += 1
        case.published_peak = case.peak
        case.severity = self.severity(case.peak)
        return Change(
            status=status,
            entity=entity,
            anomaly_id=case.anomaly_id,
            revision=case.revision,
            severity=case.severity,
            score=case.peak,
            direction=case.direction,
            start=case.start,
            end=end,
        )

    def severity(self, score: float) -> Severity:
        """`critical` from the policy's score on, else `warning`."""
        return "critical" if score >= self.policy.critical_at else "warning"


def _goes_on(case: Case) -> bool:
    return case.is_open or case.start > 0 or any(case.recent)


def _is_needed(case: Case, before: int) -> bool:
    return case.is_open or any(case.recent) or max(case.resolved_at, case.retracted_at) >= before


def anomaly_id(stem: str, entity: tuple[int, str], start: int, again: int = 0) -> str:
    """The same detector, entity and first window always give the same id (UUIDv5); one that begins with the same window
    once more, after the end of the first and its pause, has another.
    """
    name = f"{stem}|{entity[0]}|{entity[1]}|{start}"
    return str(uuid.uuid5(NAMESPACE, f"{name}|{again}" if again else name))
