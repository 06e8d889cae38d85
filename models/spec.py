"""What a scenario is: a frozen spec and a module of pure functions around a memory."""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.facts import EntityKind, Facts, Int64s
from shop_services.contracts.anomaly import Direction
from shop_services.contracts.anomaly import EntityKind as KindName


class Entity(NamedTuple):
    """What an anomaly is about: `Entity(EntityKind.PRODUCT, "7")`."""

    kind: EntityKind
    id: str

    @property
    def kind_name(self) -> KindName:
        """The kind as the published contract writes it."""
        return cast(KindName, self.kind.name.lower())


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


class Rows(NamedTuple):
    """Feature rows to score, one an entity and window; `start` and `end` are event time in ms."""

    entities: Sequence[Entity]  # (n,)
    values: NDArray[np.float32]  # (n, n_features)
    start: NDArray[np.int64]  # (n,)
    end: NDArray[np.int64]  # (n,)
    context: Sequence[Any]  # (n,) what the scenario needs to explain the row, opaque to others


class Made(Sequence[Any]):
    """A sequence whose items are made when they are asked for."""

    __slots__ = ("_length", "_make")

    def __init__(self, length: int, make: Callable[[int], Any]) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._make(at) for at in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._make(index % self._length)


class News(NamedTuple):
    """Facts of one source that several rounds of judgement bring."""

    source: str
    facts: Facts  # n rows
    round: Int64s  # (n,) ascending: the round before which a row became known, from 0 on


@dataclass(frozen=True, slots=True)
class Rounds:
    """Judgements to be made one after another, and what becomes known before each of them."""

    watermarks: Int64s  # (k,) event time in ms, never falling
    news: Sequence[News]

    def __len__(self) -> int:
        return len(self.watermarks)

    def cut(self, first: int, last: int) -> "Rounds":
        """The rounds [first, last) as rounds of their own."""
        parts = []
        for source, facts, number in self.news:
            rows = slice(*np.searchsorted(number, (first, last)).tolist())
            if rows.start < rows.stop:
                parts.append(News(source, facts.take(rows), number[rows] - first))
        return Rounds(self.watermarks[first:last], parts)

    def parts(self, since: int, every_ms: int) -> Iterator[tuple[int, "Rounds"]]:
        """Rounds up to and with the first behind a multiple of `every_ms` (event time), counted from `since`, ms; with
        the number of the first round. So parts end at the same times however rounds were taken before.
        """
        at = 0
        while at < len(self):
            due = np.flatnonzero(self.watermarks[at:] // every_ms > since // every_ms)
            until = at + int(due[0]) + 1 if len(due) else len(self)
            yield at, self.cut(at, until)
            at, since = until, int(self.watermarks[until - 1])


class Contribution(NamedTuple):
    """One feature's part in a verdict."""

    feature: str
    value: float
    typical: float
    contribution: float


class Impact(NamedTuple):
    """What is at stake, e.g. Impact("stock_held", 940, "pieces")."""

    kind: str
    amount: float
    unit: str


class Evidence(NamedTuple):
    """A record that shows it."""

    topic: str
    partition: int
    offset: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A row in words and figures: everything a person needs to act on it."""

    summary: str
    direction: Direction
    expected: float
    actual: float
    lower: float
    upper: float
    contributions: tuple[Contribution, ...] = ()
    impact: Impact | None = None
    evidence: tuple[Evidence, ...] = ()


class Reading(NamedTuple):
    """One judged window of a volume entity, for curves: counts with the expected band, in the spec's unit."""

    entity: Entity
    start: int
    end: int
    actual: float
    expected: float
    lower: float
    upper: float


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


def joined(due: Sequence[tuple[Rows, Int64s]]) -> tuple[Rows, Int64s] | None:
    """Rows as one, each with the round it belongs to; None when there are none."""
    rows = concat_rows([rows for rows, _ in due])
    return None if rows is None else (rows, np.concatenate([number for _, number in due]))


def concat_rows(parts: Sequence[Rows]) -> Rows | None:
    """Rows one after another; None when there are none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return Rows(
        [entity for rows in parts for entity in rows.entities],
        np.concatenate([rows.values for rows in parts]),
        np.concatenate([rows.start for rows in parts]),
        np.concatenate([rows.end for rows in parts]),
        _chained([rows.context for rows in parts]),
    )


def _chained(parts: Sequence[Sequence[Any]]) -> Sequence[Any]:
    ends = np.cumsum([len(part) for part in parts])

    def make(index: int) -> Any:
        place = int(np.searchsorted(ends, index, side="right"))
        return parts[place][index - int(ends[place])]

    return Made(int(ends[-1]), make)


class Scenario(Protocol):
    """A module `models/scenarios/<stem>.py`."""

    SPEC: Spec

    def accumulate(self, columns: Columns) -> Facts:
        """One row for every event that matters here; grouping is done elsewhere."""

    def new_memory(self, model: Scoring | None, extras: dict[str, Any]) -> Memory:
        """An empty memory. `extras` come from the model's bundle (profile, history, thresholds); {} without one."""
