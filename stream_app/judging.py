"""The second stage: reports of one scenario become judgements, published anomalies and curve readings."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import structlog
from prometheus_client import Counter

from models.calendar import NO_CALENDAR, Calendar
from models.census import Census, Counted
from models.clock import Clock
from models.decisions import Change
from models.detector import Detector
from models.entity import Entity
from models.finding import Finding
from models.outcome import Outcome, ScoredReading
from models.report import Report, decode
from models.retraction import take_back
from models.served import UNUSABLE
from models.spec import Warmth
from models.synthetic import CARRIER, apart, judge_alone
from models.tuning import AS_TRAINED, Tuning
from models.verdict import ModelIdentity, to_event
from models.windows import MINUTE
from shop_services.contracts import envelope
from shop_services.contracts.anomaly import Links
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.dead_letters import DeadLetter, to_records
from stream_app.lineup import Lineup
from stream_app.metrics import Metrics
from stream_app.sending import Outgoing, Sender
from stream_app.topics import READINGS_TOPIC, aggregates_topic

log = structlog.get_logger(__name__)
CENSUS_MINUTES = 10  # of event time: 100,000 products take some milliseconds


class CurvePoint(msgspec.Struct, frozen=True, rename="camel"):
    """One judged minute of a volume entity on `monitor-readings`; start and end are event time in ms, `at` is wall
    time.
    """

    scenario: str
    entity: dict[str, str]
    start: int
    end: int
    actual: float
    expected: float
    lower: float
    upper: float
    unit: str
    score: float
    at: int


@dataclass(slots=True)
class Judging:
    """Feeds one detector and publishes what it finds. Knows no Kafka: records come in, records go out through the
    sender.
    """

    detector: Detector
    lineup: Lineup
    sender: Sender
    metrics: Metrics
    clock: Clock
    links: Callable[[Change], Links]
    wall: Callable[[], float] = time.time
    calendar: Callable[[], Calendar] = lambda: NO_CALENDAR
    tuning: Callable[[], Tuning] = lambda: AS_TRAINED
    unsent: list[Outgoing] = field(default_factory=list)  # of the batch in hand: a failed send is repeated with it
    judged_through: int = -1  # offset of the last record judged by this object
    has_changed: bool = False  # an anomaly, by the batch in hand
    taken_back: tuple[ModelIdentity, frozenset[str]] | None = None  # who served and was rolled back when that was asked
    canaries: list[Report] = field(default_factory=list)  # of the batch in hand
    last_report: dict[str, float] = field(default_factory=dict)  # wall time of the newest report, by source
    warmth: Warmth = field(default_factory=Warmth)  # as of the newest minute ...
    warm_at: int = -1  # ... of event time
    census: Census | None = None  # as of the last tenth minute; None: the memory has none

    @property
    def stem(self) -> str:
        return self.detector.scenario.SPEC.stem

    async def take(self, values: Sequence[bytes | None], offsets: Sequence[int], fetched_at: float) -> bool:
        """Absorb a batch of records of reports, judging after each, and publish. True when an anomaly changed, so that
        the state is stored at once.

        One by one: after a crash the records are batched otherwise, and what is told again must be what was told. A
        record that was judged is left out when its batch is tried again. `fetched_at` is wall time in seconds.
        """
        if self.lineup.take_offer():
            self._change_model("loaded")
        self.detector.follow(self.calendar())
        self.detector.tuning = self.tuning()
        self._take_back()
        for value, offset in zip(values, offsets, strict=True):
            if offset > self.judged_through:
                self._judge(value, offset, fetched_at)
                await asyncio.sleep(0)
        await self.sender.send(self.unsent)
        self.unsent.clear()
        self.metrics.batches.labels(self.stem).inc()
        has_changed, self.has_changed = self.has_changed, False
        return has_changed

    def _judge(self, value: bytes | None, offset: int, fetched_at: float) -> None:
        """Take in one record's reports and keep what they bring to be sent. Nothing is awaited here."""
        if letter := self._absorb(value, offset):
            self.unsent += to_records([letter])
        outcome, identity = self.detector.judge(), self.lineup.judge
        self.judged_through = offset
        self._sign(outcome, identity)
        now = self.wall()
        self.unsent += [*self._events(outcome, identity, now), *self._curve(outcome, now)]
        if self.lineup.watch(outcome.judged, outcome.watermark):
            self._change_model("rolled_back")
            self._take_back()
        self.has_changed = self.has_changed or bool(outcome.changes)
        self.unsent += self._canary_events(identity, now)
        self._measure(outcome, now - fetched_at)

    def _change_model(self, result: str) -> None:
        """Go on with the model that serves now. Nothing is awaited here, so no report falls in between."""
        try:
            self.detector = self._successor()
        except UNUSABLE as error:
            if result != "loaded":
                raise
            self.lineup.give_way(f"it cannot go on from the state as it is: {error!r}")
            result, self.detector = "rolled_back", self._successor()
        serving = self.lineup.serving
        self.metrics.model_changes.labels(self.stem, result).inc()
        log.info("another model serves", scenario=self.stem, version=serving.identity.version, result=result)

    def _sign(self, outcome: Outcome, identity: ModelIdentity) -> None:
        for change, _ in outcome.changes:
            self.detector.decisions.sign(change, identity.version if identity.is_model else "")

    def _take_back(self) -> None:
        """Once for each model that serves and all that were rolled back, whether just now or before a restart."""
        identity, gone = self.lineup.serving.identity, self.lineup.gone
        if not self.lineup.serving.is_model or (identity, gone) == self.taken_back:
            return
        self.taken_back, now = (identity, gone), self.wall()
        for change, finding in take_back(self.detector, gone, identity.version):
            self.unsent.append(self._event(change, finding, identity, self.detector.watermark.value, now))
            self.has_changed = True
            self._verdicts.labels(self.stem, change.status).inc()

    def _successor(self) -> Detector:
        return self.detector.with_model(self.lineup.guard, dict(self.lineup.serving.extras))

    def _absorb(self, value: bytes | None, offset: int) -> DeadLetter | None:
        try:
            reports = decode(value or b"")
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.metrics.dead_letters.labels(aggregates_topic(self.stem), "undecodable").inc()
            return DeadLetter(aggregates_topic(self.stem), 0, offset, "undecodable", type(error).__name__)
        self._take_in(reports)
        return None

    def _take_in(self, reports: Sequence[Report]) -> None:
        for source in {report.source for report in reports if self.detector.ledger.is_another_log(report)}:
            self.metrics.other_logs.labels(self.stem, source.rpartition("/")[0]).inc()
            log.warning("topic was created anew, its records count anew", scenario=self.stem, source=source)
        pairs = [apart(report) if self.stem == CARRIER else (report, None) for report in reports]
        self.detector.absorb_all([meant for meant, _ in pairs])
        self.canaries += [canary for _, canary in pairs if canary is not None]
        self.last_report |= dict.fromkeys((report.source for report in reports), self.wall())

    def _events(self, outcome: Outcome, identity: ModelIdentity, now: float) -> list[Outgoing]:
        return [self._event(change, finding, identity, outcome.watermark, now) for change, finding in outcome.changes]

    def _canary_events(self, identity: ModelIdentity, now: float) -> list[Outgoing]:
        """A canary is judged apart, by the model that serves; what it set off is published and forgotten."""
        canaries, self.canaries = self.canaries, []
        return [
            self._event(change, finding, identity, 0, now, synthetic=True)
            for canary in canaries
            for change, finding in judge_alone(self.detector, canary)
        ]

    def _event(
        self,
        change: Change,
        finding: Finding,
        identity: ModelIdentity,
        watermark: int,
        now: float,
        *,
        synthetic: bool = False,
    ) -> Outgoing:
        event = to_event(
            self.detector.scenario.SPEC,
            change,
            finding,
            identity,
            watermark=watermark,
            now=datetime.fromtimestamp(now, UTC),
            links=self.links(change),
            synthetic=synthetic,
            dry_run=self.detector.tuning.is_dry and not synthetic,
        )
        return Outgoing(ANOMALY_TOPIC, change.anomaly_id.encode(), envelope.encode(event), envelope.headers(event))

    def _curve(self, outcome: Outcome, now: float) -> list[Outgoing]:
        return [self._point(scored, int(now * 1000)) for scored in outcome.readings]

    def _point(self, scored: ScoredReading, at: int) -> Outgoing:
        reading = scored.reading
        entity = reading.entity
        point = CurvePoint(
            scenario=self.stem,
            entity={"kind": entity.kind_name, "id": entity.id},
            start=reading.start,
            end=reading.end,
            actual=reading.actual,
            expected=reading.expected,
            lower=reading.lower,
            upper=reading.upper,
            unit=self.detector.scenario.SPEC.unit,
            score=scored.score,
            at=at,
        )
        return Outgoing(READINGS_TOPIC, f"{self.stem}|{label(entity)}".encode(), msgspec.json.encode(point))

    def _look_at_memory(self, watermark: int) -> None:
        """What it knows, as of every minute; of how many entities, which means to look at all of them, more seldom."""
        memory, minute = self.detector.memory, watermark // MINUTE
        if isinstance(memory, Counted) and minute // CENSUS_MINUTES != self.warm_at // CENSUS_MINUTES:
            self.census = memory.census(watermark)
        if minute != self.warm_at:
            self.warm_at = minute
            self.warmth = memory.readiness(watermark)

    @property
    def _verdicts(self) -> Counter:
        return self.metrics.dry_verdicts if self.detector.tuning.is_dry else self.metrics.verdicts

    def _measure(self, outcome: Outcome, latency: float) -> None:
        metrics, stem = self.metrics, self.stem
        self._look_at_memory(outcome.watermark)
        metrics.scored.labels(stem).inc(outcome.scored)
        metrics.judging_seconds.labels(stem).observe(latency)
        if outcome.judged is not None and outcome.judged.scores.size:
            metrics.highest_score.labels(stem).set(outcome.judged.scores.max())
        for change, _ in outcome.changes:
            self._verdicts.labels(stem, change.status).inc()
            metrics.detection_latency.labels(stem).observe(latency)
        newest = {label(point.reading.entity): point for point in outcome.readings}  # a gauge shows no other
        for name, (reading, score) in newest.items():
            metrics.score.labels(stem, name).set(score)
            metrics.actual.labels(stem, name).set(reading.actual)
            for bound in ("expected", "lower", "upper"):
                metrics.expected.labels(stem, name, bound).set(getattr(reading, bound))


def label(entity: Entity) -> str:
    """An entity as a metric label or record key: `service/cart-service`."""
    return f"{entity.kind_name}/{entity.id}"
