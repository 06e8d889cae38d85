"""What would have been reported with other thresholds: a recorded log through the production brain, twice at once."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from models import conformance
from models.calendar import NO_CALENDAR, Calendar
from models.errors import LogRefused
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import Served, load_one
from models.tuning import AS_TRAINED, Tuning
from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.envelope import Envelope

MOST_RECORDS = 5_000_000
MOST_ANOMALIES = 20_000  # of one side: who asks for more asks for everything


class Reported(NamedTuple):
    """An anomaly as it stood last. `start` and `end` are event time, ms."""

    id: str
    scenario: str
    entity: str  # as `service/cart-service`
    severity: str
    score: float
    start: int
    end: int
    summary: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Anomalies in order of their start. An anomaly is the `same` when the present one of its entity overlaps with it;
    two of one side may be the same as one of the other. `records` were read.
    """

    present: Sequence[Reported]
    changed: Sequence[Reported]
    records: int

    @property
    def added(self) -> list[Reported]:
        """Reported only with the changes."""
        return _without(self.changed, self.present)

    @property
    def gone(self) -> list[Reported]:
        """Reported only without them."""
        return _without(self.present, self.changed)

    @property
    def same(self) -> list[Reported]:
        """Reported either way, as with the changes."""
        added = set(self.added)
        return [one for one in self.changed if one not in added]


@dataclass(slots=True)
class _Told:
    """The newest revisions by id, in the words of when they were open."""

    found: dict[str, Reported] = field(default_factory=dict)

    def take(self, events: Iterable[Envelope]) -> None:
        for event in events:
            told = msgspec.json.decode(event.data, type=AnomalyDetected)
            known = self.found.get(told.anomaly_id)
            one = _reported(told)
            self.found[one.id] = one._replace(summary=known.summary) if known and told.status == "resolved" else one
        if len(self.found) > MOST_ANOMALIES:
            raise LogRefused(f"more than {MOST_ANOMALIES:,} anomalies would be reported: ask for a higher threshold")

    def since(self, moment: int) -> list[Reported]:
        return sorted((one for one in self.found.values() if one.end >= moment), key=lambda one: (one.start, one.id))


def what_if(
    log_paths: Sequence[Path],
    changes: Mapping[str, Tuning],
    *,
    present: Mapping[str, Tuning] | None = None,
    registry: Path | None = None,
    calendar: Calendar = NO_CALENDAR,
    since: int = 0,
    most_records: int = MOST_RECORDS,
    progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Replay the scenarios that `changes` names, as tuned at present and as changed, and compare.

    Blocking, for minutes when the log is long: about twice as long as a replay. `progress` is told the records read so
    far; what it raises ends the work. Anomalies that were over before the event time `since` (ms) are left out; what
    comes before warms the memories. Raises LogRefused when there is no log, when it is none or too long, or when more
    is reported than anybody reads; BundleRefused when a model is missing.
    """
    if not log_paths:
        raise LogRefused("there is no recorded log to look at; record one, then name it")
    judges = [_judge(stem, registry) for stem in changes]
    now = _tuned(judges, {stem: (present or {}).get(stem, AS_TRAINED) for stem in changes}, calendar)
    then = _tuned(judges, changes, calendar)
    recording = Recording(log_paths, _bounded(most_records, progress))
    told, would_tell = _Told(), _Told()
    for cut in now.chunking.cut(recording.blocks()):
        told.take(now.judge(cut))
        would_tell.take(then.judge(cut))
    return Comparison(told.since(since), would_tell.since(since), recording.records)


def _judge(stem: str, registry: Path | None) -> Served:
    if stem == conformance.SPEC.stem:
        return conformance.judge()
    if stem not in scenarios():
        raise LogRefused(f"there is no scenario {stem[:100]}; there are {', '.join(scenarios())}")
    return load_one(Registry(registry) if registry else Registry(), scenarios()[stem])


def _tuned(judges: Sequence[Served], tuning: Mapping[str, Tuning], calendar: Calendar) -> Replay:
    replay = Replay(judges, calendar)
    for lane in replay.lanes:
        lane.detector.tuning = tuning[lane.served.scenario.SPEC.stem]
    return replay


def _bounded(most: int, progress: Callable[[int], None]) -> Callable[[int], None]:
    def count(records: int) -> None:
        if records > most:
            raise LogRefused(f"the log has more than {most:,} records; give a part of it")
        progress(records)

    return count


def _reported(told: AnomalyDetected) -> Reported:
    start, end = (int(datetime.fromisoformat(text).timestamp() * 1000) for text in (told.window.start, told.window.end))
    entity = f"{told.entity.kind}/{told.entity.id}"
    return Reported(told.anomaly_id, told.scenario, entity, told.severity, told.score, start, end, told.summary)


def _without(these: Iterable[Reported], others: Iterable[Reported]) -> list[Reported]:
    """Those that no other of their scenario and entity overlaps with. Of one side those of an entity never overlap."""
    spans: dict[tuple[str, str], list[Reported]] = {}
    for other in sorted(others, key=lambda one: one.end):
        spans.setdefault((other.scenario, other.entity), []).append(other)
    return [one for one in these if not _overlaps(one, spans.get((one.scenario, one.entity), []))]


def _overlaps(one: Reported, others: Sequence[Reported]) -> bool:
    """`others` in order of their ends."""
    at = bisect_left(others, one.start, key=lambda other: other.end)
    return at < len(others) and others[at].start <= one.end
