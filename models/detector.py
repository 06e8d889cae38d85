"""A detector: one scenario with its model. Reports go in, changes of anomalies and curve readings come out.

The worker and the replay drive the same object; neither Kafka nor a clock is known here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models import detector_state
from models.calendar import NO_CALENDAR, Calendar
from models.decisions import OVER, Change, Decisions, Judgement
from models.entity import Entity
from models.facts import EntityKind, Facts
from models.finding import Finding
from models.ledger import Ledger
from models.outcome import Judged, Outcome, ScoredReading
from models.report import Report
from models.rounds import Rounds
from models.rows import Rows
from models.spec import Memory, Scenario, Scoring
from models.steps import in_steps, is_far, seen_since
from models.tuning import AS_TRAINED, Tuning
from models.waiting import Waiting
from models.windows import Watermark
from shop_services.contracts.anomaly import Direction


@dataclass(slots=True)
class Detector:
    """State and judgement of one scenario over all its entities."""

    scenario: Scenario
    model: Scoring | None
    watermark: Watermark
    extras: dict[str, Any] = field(default_factory=dict)
    memory: Memory = field(init=False)
    decisions: Decisions = field(init=False)
    ledger: Ledger = field(default_factory=Ledger)
    waiting: Waiting = field(default_factory=Waiting)  # facts ahead of what other sources were read to
    findings: dict[tuple[int, str], Finding] = field(default_factory=dict)  # of open anomalies, for their end
    forgotten_until: int = 0
    calendar: Calendar = NO_CALENDAR
    tuning: Tuning = AS_TRAINED

    def __post_init__(self) -> None:
        self.memory = self.scenario.new_memory(self.model, self.extras)
        self.decisions = Decisions(self.scenario.SPEC.stem, self.scenario.SPEC.policy)

    def absorb(self, report: Report) -> Facts:
        """Take in one report; gives back what was news. A report seen before changes nothing."""
        return self.absorb_all([report])[0]

    def absorb_all(self, reports: Sequence[Report]) -> list[Facts]:
        """The same of reports one after another."""
        for report in reports:
            self.watermark.observe(
                report.source, seen_until=report.seen_until, caught_up=report.caught_up, clock=report.clock
            )
        if blind_until := max(report.blind_until for report in reports):
            self.memory.doubt(blind_until)
        news = self.ledger.increments_of(reports)
        for report, facts in zip(reports, news, strict=True):
            self.waiting.add(report.source, facts)
        return news

    def judge(self) -> Outcome:
        """Score what is due at the watermark and decide."""
        parts = self.waiting.release(self.watermark.read_until())
        since, now = seen_since(self.watermark.value, parts), self.watermark.advance()
        if self.scenario.SPEC.in_steps and is_far(since, now):
            return self._catch_up(in_steps(since, now, self.watermark.lateness_ms, parts))
        self._remember(parts)
        rows = self.memory.rows(now) if self.model is not None else None
        changes: list[tuple[Change, Finding]] = []
        readings: list[ScoredReading] = []
        judged = None
        if rows is not None and self.model is not None:
            judged = Judged(rows.values, self.model.score(rows.values))
            scores = self._heard(rows, judged.scores).tolist()
            if max(scores, default=0.0) >= 1.0 or self.decisions.is_busy():  # else all of it is ordinary to everybody
                changes = self._decide(rows, scores, range(len(scores)))
            readings = self._readings(rows, scores)
        changes += self._end(self.memory.judged_until(now))
        self._forget(now)
        return Outcome(changes, readings, now, 0 if rows is None else len(rows.entities), judged)

    def _remember(self, parts: Sequence[tuple[str, Facts]]) -> None:
        if len(parts) > 1 and not self.scenario.SPEC.names_records:
            parts = [("", Facts.concat(facts for _, facts in parts))]
        for source, facts in parts:
            self.memory.absorb(source, facts)

    def follow(self, calendar: Calendar) -> None:
        """From now on these times are announced."""
        if calendar is not self.calendar:
            self.calendar = calendar
            self.memory.announce(calendar.announced(self.scenario.SPEC.stem), calendar.closed())

    def _heard(self, rows: Rows, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) the scores as they are tuned, with what was announced as ordinary."""
        scores = self.tuning.heard(scores)
        if self.calendar is NO_CALENDAR:
            return scores
        return np.where(self.calendar.muted(self.scenario.SPEC.stem, rows), 0.0, scores)

    def _readings(self, rows: Rows, scores: Sequence[float]) -> list[ScoredReading]:
        """Curves have a gap where something was announced: its counts are not compared with anything."""
        muted = self.calendar.muted(self.scenario.SPEC.stem, rows).tolist()
        points = zip(self.memory.readings(rows), scores, muted, strict=False)
        return [ScoredReading(reading, score) for reading, score, is_muted in points if not is_muted]

    def judge_rounds(self, rounds: Rounds) -> Iterator[tuple[int, Outcome]]:
        """What `absorb` and `judge` would tell round by round, for the rounds in which something changed; no readings.

        Old state is dropped at the end of the round in which that is due, so no more rounds than up to it are taken
        together.
        """
        for first, part in rounds.parts(self.forgotten_until, self.scenario.SPEC.forget_ms):
            for number, outcome in self._judge_together(part, []):
                yield first + number, outcome

    def _catch_up(self, rounds: Rounds) -> Outcome:
        """All looks as one outcome; only for scenarios without curves."""
        changes: list[tuple[Change, Finding]] = []
        asked: list[Judged] = []
        for _, part in rounds.parts(self.forgotten_until, self.scenario.SPEC.forget_ms):
            for _, outcome in self._judge_together(part, asked):
                changes += outcome.changes
        judged = Judged(*map(np.concatenate, zip(*asked, strict=True))) if asked else None
        return Outcome(changes, [], int(rounds.watermarks[-1]), len(judged.scores) if judged else 0, judged)

    def _judge_together(self, rounds: Rounds, asked: list[Judged]) -> Iterator[tuple[int, Outcome]]:
        """The rounds in which something changed; what the model was asked is added to `asked`."""
        due = self.memory.rows_of(rounds)
        scores, number = np.empty(0), np.empty(0, np.int64)
        if self.model is not None and due is not None:
            asked.append(Judged(due[0].values, self.model.score(due[0].values)))
            scores, number = self._heard(due[0], asked[-1].scores), due[1]
        bounds = np.searchsorted(number, np.arange(len(rounds) + 1)).tolist()
        strange, held = set(number[scores >= 1.0].tolist()), scores.tolist()
        until = self.memory.judged_until(int(rounds.watermarks[-1]))
        for at, now in enumerate(rounds.watermarks.tolist()):
            if at in strange or self.decisions.is_busy():
                rows = range(bounds[at], bounds[at + 1])
                changes = self._decide(due[0], held, rows) if due is not None else []
                changes += self._end(min(now, until))
                if changes:
                    yield at, Outcome(changes, [], now, len(rows))
        self._forget(int(rounds.watermarks[-1]))

    def _decide(self, rows: Rows, scores: Sequence[float], among: range) -> list[tuple[Change, Finding]]:
        changes = []
        for index in self._notable(rows, scores, among):
            entity = (int(rows.entities[index].kind), rows.entities[index].id)
            score, finding = self._told(rows, index, scores[index])
            direction: Direction = finding.direction if finding else "none"
            judgement = Judgement(entity, int(rows.start[index]), int(rows.end[index]), score, direction)
            changes += self._step(judgement, finding, rows.values[index])
        return changes

    def _step(
        self, judgement: Judgement, finding: Finding | None, row: NDArray[np.float32]
    ) -> list[tuple[Change, Finding]]:
        """What the decisions make of it. What ends is told by its own finding, what is open by the strongest."""
        told = self.decisions.step(judgement)
        changes = [(change, self.finding(change)) for change in told if change.status in OVER]
        news = told[len(changes) :]  # an end comes first
        case = self.decisions.cases.get(judgement.entity)
        if finding is not None and case is not None and case.is_open and (news or judgement.score >= case.peak):
            self.findings[judgement.entity] = finding
            case.row = row.tolist()
        return changes + [(change, self.finding(change)) for change in news]

    def _told(self, rows: Rows, index: int, score: float) -> tuple[float, Finding | None]:
        """The row's score with what explains it; ordinary where there is too little to speak of."""
        finding = self.memory.explain(rows, index, score) if score >= 1.0 else None
        return (0.0, None) if finding is not None and not self.tuning.admits(finding) else (score, finding)

    def _notable(self, rows: Rows, scores: Sequence[float], among: range) -> Iterator[int]:
        """Rows that can change a case: abnormal ones, and those of entities with a case that goes on. The rest is
        ordinary.

        Asked row by row, because a case that one row opens makes the next row of its entity matter.
        """
        for index in among:
            entity = rows.entities[index]
            if scores[index] >= 1.0 or self.decisions.goes_on((int(entity.kind), entity.id)):
                yield index

    def decide_on(self, rows: Rows) -> list[Change]:
        """Judge rows that were judged before, of a memory that looks again."""
        assert self.model is not None
        scores = self._heard(rows, self.model.score(rows.values)).tolist()
        return [change for change, _ in self._decide(rows, scores, range(len(scores)))]

    def _end(self, now: int) -> list[tuple[Change, Finding]]:
        return [(change, self.finding(change)) for change in self.decisions.expire(now)] if now else []

    def finding(self, change: Change) -> Finding:
        """What is known of the anomaly; of one that is over it is dropped."""
        if change.status in OVER:
            return self.findings.pop(change.entity)
        return self.findings[change.entity]

    def _forget(self, now: int) -> None:
        every_ms = self.scenario.SPEC.forget_ms
        if now // every_ms > self.forgotten_until // every_ms:
            self.memory.forget(now)
            self.decisions.forget(now)
            self.forgotten_until = now

    def with_model(self, model: Scoring | None, extras: dict[str, Any]) -> Self:
        """The same detector served by another model: as after a restart, memory, ledger, watermark and cases go on."""
        watermark = Watermark(self.watermark.lateness_ms, self.watermark.expected)
        other = type(self)(self.scenario, model, watermark, extras)
        other.follow(self.calendar)
        other.tuning = self.tuning
        other.load(self.save())
        return other

    def save(self) -> bytes:
        """The whole state, for `load` of a detector of the same scenario."""
        return b"".join(self.save_in_pieces())

    def save_in_pieces(self) -> Iterator[bytes]:
        """The same piece by piece, each made in milliseconds; nothing may be absorbed or judged meanwhile."""
        return detector_state.in_pieces(self)

    def load(self, raw: bytes) -> None:
        """Take up where `save` left off; msgspec.MsgspecError when the bytes are no saved state."""
        detector_state.take_up(self, raw)


def entity_of(change: Change) -> Entity:
    """The entity of a change."""
    return Entity(EntityKind(change.entity[0]), change.entity[1])
