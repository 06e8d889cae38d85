"""Who judges a scenario: the model that serves, the one it replaced, and one that looks on.

The lineup is asked by the judging between two batches; `stream_app.reloading` makes the offers, on a thread of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from models.agreement import Agreement
from models.guard import BROKEN, Guarded, finite, guarded
from models.outcome import Judged
from models.verdict import ModelIdentity
from stream_app.drifting import Drifting
from stream_app.loading import LoadedModel

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Probation:
    """What is asked of a freshly promoted model."""

    rows: int = 500  # that it and its predecessor both score
    agreement: float = 0.9  # least share of those rows with the same verdict


@dataclass(slots=True)
class Compared:
    """Another model beside the one that serves, and how far the two agree."""

    model: LoadedModel
    agreement: Agreement = field(default_factory=Agreement)
    failure: str = ""  # why it is not asked any more

    def compare(self, judged: Judged) -> None:
        """Ask it the same rows."""
        if self.failure or self.model.scorer is None:
            return
        try:
            self.agreement.add(judged.scores, finite(self.model.scorer.score(judged.values)))
        except BROKEN as error:
            self.failure = str(error)
            log.error("compared model failed", version=self.model.identity.version, reason=self.failure)


@dataclass(slots=True)
class Lineup:
    """The models of one scenario. `offered`, `shadow` and `withdrawn` are set from another thread, whole values at
    once. Built with `last_good`, `serving` is on probation from the first batch on.
    """

    stem: str
    serving: LoadedModel
    fallback: Callable[[str], LoadedModel]  # the rule, for the reason given
    probation: Probation = field(default_factory=Probation)
    offered: LoadedModel | None = None  # takes over with the next batch
    shadow: Compared | None = None
    predecessor: Compared | None = None  # while the one that serves is new
    last_good: LoadedModel | None = None  # what a failing model gives way to
    rejected: dict[str, str] = field(default_factory=dict)  # versions that failed while serving, and why
    withdrawn: frozenset[str] = frozenset()  # versions that were rolled back, by the registry
    refusal: str = ""  # why the promoted version does not serve
    features: Sequence[str] = ()
    drifting: Drifting = field(init=False)
    guard: Guarded | None = None
    stand_in: LoadedModel | None = None  # answers for the one that serves in the batch in which that one fails
    rollbacks: int = 0
    trusted: str = ""  # the version that serves, once it has stood its probation or nobody is there to compare it with

    def __post_init__(self) -> None:
        self.refusal = self.serving.refusal
        self._serve(self.serving, self.last_good)

    def take_offer(self) -> bool:
        """Whether another model takes over now."""
        offered, self.offered = self.offered, None
        if offered is None:
            return False
        before = self.serving
        self._serve(offered, before if before.is_model else None)
        return True

    @property
    def judge(self) -> ModelIdentity:
        """Whose answers the newest scores are."""
        has_failed = self.guard is not None and self.guard.failure
        return self.stand_in.identity if has_failed and self.stand_in else self.serving.identity

    @property
    def gone(self) -> frozenset[str]:
        """Versions that were rolled back, here or by anybody."""
        return self.withdrawn.union(self.rejected) - {self.serving.identity.version}

    def watch(self, judged: Judged | None, now: int) -> bool:
        """Compare what was just scored at event time `now`, ms; True when the model that served gave way to another
        one.
        """
        if self.guard is not None and self.guard.failure:
            return self.give_way(f"it failed while serving: {self.guard.failure}")
        self.drifting.note(judged, now)
        if judged is None:
            return False
        if self.shadow is not None:
            self.shadow.compare(judged)
        return self._try(judged) if self.predecessor is not None else False

    def _try(self, judged: Judged) -> bool:
        compared, wanted = self.predecessor, self.probation
        assert compared is not None
        compared.compare(judged)
        held = compared.agreement
        if held.fails(wanted.rows, wanted.agreement):
            apart = f"{held.rows - held.equal} of the first {held.rows} rows"
            return self.give_way(f"its verdict differs from its predecessor's on {apart}")
        if held.rows >= wanted.rows or compared.failure:
            self.predecessor = None
            self.trusted = self.serving.identity.version
        return False

    def give_way(self, reason: str) -> bool:
        """The model that serves failed: the last good one serves from now on, or else the rule."""
        failed = self.serving.identity
        sentence = f"version {failed.version} was rolled back: {reason}"
        log.error("model rolled back", scenario=self.stem, version=failed.version, reason=reason)
        self.rejected[failed.version] = sentence
        self.refusal = sentence
        self.rollbacks += 1
        self._serve(self.last_good or replace(self.fallback(sentence), extras=self.serving.extras), None)
        return True

    def _serve(self, model: LoadedModel, before: LoadedModel | None) -> None:
        """From now on `model` does; `before` is compared with it, and serves again when it fails."""
        self.serving, self.last_good = model, before
        self.predecessor = Compared(before) if before and self.probation.rows else None
        self.trusted = "" if self.predecessor else model.identity.version
        self.drifting = Drifting(self.stem, self.features, of="/".join(model.identity))
        self.stand_in = self.last_good or (self.fallback("") if self.serving.is_model else None)
        substitute = self.stand_in.scorer if self.stand_in else None
        self.guard = None if self.serving.scorer is None else guarded(self.serving.scorer, substitute)
