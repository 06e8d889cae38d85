"""What a scenario is: a frozen spec and a module of pure functions around a memory."""

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.entity import Entity
from models.facts import Facts, Int64s
from models.finding import Finding, Reading
from models.rounds import Rounds
from models.rows import Rows, joined


@dataclass(frozen=True, slots=True)
class Policy:
    """How scores of one entity become an anomaly's life cycle. Times in ms of event time."""

    open_m: int = 1  # so many of the last `open_n` scores at or above 1.0 open an anomaly
    open_n: int = 1
    open_at_once: float = math.inf  # a score that opens one alone
    resolve_below: float = 0.8  # hysteresis: scores must fall below this ...
    resolve_after_ms: int = 300_000  # ... for so long
    pause_ms: int = 1_800_000  # after the end, no new anomaly of this entity for so long ...
    pause_lasts: bool = False  # ... and again from each one that was not told for it: a long incident is one anomaly
    update_growth: float = 1.5  # publish an update when the score has grown by this factor
    critical_at: float = 2.0  # score from which the severity is critical
    together_ms: int = 0  # anomalies of any two entities that begin within so long are one incident
    # Whether anomalies of two entities, keys (EntityKind, id), at one time are one incident: only one is told of.
    same_incident: Callable[[tuple[int, str], tuple[int, str]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A scenario's constants. `features` are in the order of the model's input columns."""

    stem: str
    algorithm: str  # decision_tree, one_class_svm, lstm
    bucket_ms: int
    features: tuple[str, ...]
    unit: str  # of expected and actual: events, pieces, currency
    policy: Policy = field(default_factory=Policy)
    forget_ms: int = 3_600_000  # how often, in event time, old state is dropped
    in_steps: bool = False  # what is judged depends on when one looks: see `models.steps`
    names_records: bool = True  # evidence is single records; else it is all the same which source brought a fact

    @property
    def features_hash(self) -> str:
        """Hash of the feature names in order: a model trained on others is refused."""
        return hashlib.sha256("\n".join(self.features).encode()).hexdigest()[:16]


class Announced(NamedTuple):
    """A stretch of event time, ms, that is known to be different; without entities for all of them."""

    start: int
    end: int
    entities: tuple[Entity, ...]


class Warmth(NamedTuple):
    """Whether a memory knows enough to judge by: `ready`, or `warming` with the reason and the time that is left."""

    state: Literal["warming", "ready"] = "ready"
    reason: str = ""
    seconds_left: float | None = None  # of event time; None: not known


class Scoring(Protocol):
    """A model: `score` gives (n,) float64 on the one scale, 1.0 the decision boundary, higher is stranger."""

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]: ...


class Memory(Protocol):
    """What a scenario remembers of the facts so far. Pure: no clock, no I/O."""

    def absorb(self, source: str, delta: Facts) -> None:
        """Add newly counted facts (increments, not absolute values) of one source partition."""

    def doubt(self, until: int) -> None:
        """Until then (event time, ms) the pipeline could not see: what seems silent before it is not judged."""

    def rows(self, watermark: int) -> Rows | None:
        """Feature rows due for judgement: windows closed by the watermark, or entities touched since the last call.

        `watermark` is event time in ms; 0 while unknown. Calling it again without news gives None.
        """

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        """What `absorb` and `rows` would give round by round, at once: the rows in order, (n,) the round of each."""

    def judged_until(self, watermark: int) -> int:
        """Event time up to which rows were given, ms: the watermark, or less while it has moved farther than one call
        judges. An anomaly that goes on behind it must not be taken for over.
        """

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        """Why row `index` is strange."""

    def readings(self, rows: Rows) -> Iterable[Reading]:
        """Curve points of the rows; empty for scenarios that judge single products or users."""

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """What the calendar says now, closed days apart: counts of these times say nothing and are not learnt."""

    def readiness(self, watermark: int) -> Warmth:
        """Whether enough is known to judge by at event time `watermark`."""

    def forget(self, before: int) -> int:
        """Drop what is older than the scenario's horizon at event time `before`; how many entities went."""

    def save(self) -> bytes:
        """Everything, for `load` of a fresh memory of the same scenario."""

    def load(self, raw: bytes) -> None: ...


def round_by_round(memory: Memory, rounds: Rounds) -> tuple[Rows, Int64s] | None:
    """`rows_of` for a memory that gains nothing from taking rounds together."""
    due: list[tuple[Rows, Int64s]] = []
    for number in range(len(rounds)):
        part = rounds.cut(number, number + 1)
        for news in part.news:
            memory.absorb(news.source, news.facts)
        rows = memory.rows(int(part.watermarks[0]))
        due += [] if rows is None else [(rows, np.full(len(rows.entities), number))]
    return joined(due)


class Scenario(Protocol):
    """A module `models/scenarios/<stem>.py`."""

    SPEC: Spec

    def accumulate(self, columns: Columns) -> Facts:
        """One row for every event that matters here; grouping is done elsewhere."""

    def new_memory(self, model: Scoring | None, extras: dict[str, Any]) -> Memory:
        """An empty memory. `extras` come from the model's bundle (profile, history, thresholds); {} without one."""
