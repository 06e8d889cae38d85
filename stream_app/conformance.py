"""What is known of commands and their answers, as metrics. Pairs are few and fixed, so they may be labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from models.conformance import IDENTITY as JUDGE
from models.conformance import SPEC, ConformanceMemory, Rule, judge
from models.conformance.durations import quantile
from models.conformance.pairs import pairs
from models.conformance.usual import Usual
from stream_app.judging import Judging
from stream_app.lineup import Lineup
from stream_app.loading import LoadedModel
from stream_app.metrics import Metrics

STEM = SPEC.stem
SCENARIO = judge().scenario
QUANTILES = (0.5, 0.99)


def lineup() -> Lineup:
    """Nothing but the rule: there is no model to load, to promote or to roll back."""
    rule = LoadedModel(Rule(), JUDGE)
    return Lineup(STEM, rule, lambda _: rule, features=SPEC.features)


@dataclass(slots=True)
class Telling:
    """Brings the metrics up to date once in a minute of event time. Counts of before a restart are not told again."""

    metrics: Metrics
    told: list[tuple[int, int, int]] = field(default_factory=list)
    told_at: int = -1  # minute

    def begin(self, judging: Judging) -> None:
        """Before the first batch: what a snapshot holds was told by whoever took it."""
        if not self.told:
            self.told = list(map(_counts, _memory(judging).usual))

    def look(self, judging: Judging) -> None:
        """After a batch."""
        if judging.warm_at != self.told_at:
            self.told_at = judging.warm_at
            memory = _memory(judging)
            self._count(memory.usual)
            self.metrics.conformance_open.set(len(memory.requests.open))
            self.metrics.conformance_dropped.set(memory.requests.dropped)

    def _count(self, held: Sequence[Usual]) -> None:
        counters = (self.metrics.overdue, self.metrics.answered_late, self.metrics.ambiguous)
        for at, (pair, usual) in enumerate(zip(pairs(), held, strict=True)):
            counts = _counts(usual)
            for counter, now, before in zip(counters, counts, self.told[at], strict=True):
                counter.labels(pair.label).inc(max(now - before, 0))
            self.told[at] = counts
            self._measure(pair.label, usual)

    def _measure(self, label: str, usual: Usual) -> None:
        self.metrics.linked.labels(label).set(usual.is_known)
        self.metrics.unanswered_share.labels(label).set(usual.share if usual.is_known else 0.0)
        for share in QUANTILES:
            seconds = quantile(usual.sketch, share) / 1000
            self.metrics.answer_seconds.labels(label, f"{share:g}").set(seconds)


def _memory(judging: Judging) -> ConformanceMemory:
    return cast(ConformanceMemory, judging.detector.memory)


def _counts(usual: Usual) -> tuple[int, int, int]:
    return usual.overdue, usual.late, usual.ambiguous
