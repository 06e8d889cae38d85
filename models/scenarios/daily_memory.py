"""What `daily_workload` remembers: the counts of the past and today's forecast."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.census import Census
from models.entity import Entity
from models.facts import Facts, Int64s
from models.finding import Finding, Reading
from models.rounds import Rounds
from models.rows import Made, Rows, concat_rows
from models.scenarios.daily_evidence import LOOK_BACK, ROLES, SPANS, Evidence, columns, evidence, new_lately
from models.scenarios.daily_forecast import Forecasting, by_minute, level_factors
from models.scenarios.daily_hold import Holds, Minutes
from models.scenarios.daily_renewal import anew
from models.scenarios.daily_words import finding
from models.spec import Announced, Warmth
from models.volume.attribution import log_ratio
from models.volume.counts import DAY
from models.volume.families import entities, entity_members
from models.volume.late import NO_LATE, Late
from models.volume.lately import Lately
from models.volume.newcomers import census
from models.volume.past import Past
from models.volume.rounds import rows_of
from models.volume.stretch import Stretch
from models.volume.surprise import Dispersion
from models.volume.today import Adjustment, shop_visits
from models.volume.unrest import VisitUnrest
from models.volume.warmth import warmth
from models.windows import MINUTE

FEATURES = ("evidence_nats", "log_ratio", "window_minutes", "expected_per_minute", "forecast_over_usual")
STRANGE_NATS = 8.0  # evidence from which minutes are kept out of what will be expected
CLUSTERED = SPANS.index(30)  # the window whose variance says how many events one cause brings
QUARTER = 12  # minutes of the window whose unrest stands for that of a quarter hour
BAND = 3.0  # standard deviations of the band in curves


class Judged(NamedTuple):
    """Where a row comes from."""

    evidence: Evidence
    minute: int  # row of the evidence
    place: int  # of the entity in `families.entities`

    @property
    def column(self) -> int:
        """The entity's column that says most."""
        return int(self.evidence.column[self.minute, self.place])

    @property
    def span(self) -> int:
        """Index of the window that says most."""
        return int(self.evidence.span[self.minute, self.place])

    def counts(self, span: int, column: int) -> tuple[float, float]:
        """Seen and expected."""
        at = (self.minute, span, column)
        return float(self.evidence.seen[at]), float(self.evidence.expected[at])


class _Saved(msgspec.Struct):
    past: bytes
    lately: dict[str, Any]
    holds: dict[str, Any]
    clock: int


@dataclass(slots=True)
class DailyMemory:
    """Counts of the past; the forecast of a day is made from the days before it, so it need not be saved."""

    past: Past
    dispersion: Dispersion
    forecaster: Forecasting | None = None
    trust: NDArray[np.float64] = field(default_factory=lambda: np.ones((2, len(SPANS) - 1)))
    lately: Lately = field(default_factory=new_lately)
    holds: Holds = field(default_factory=lambda: Holds(len(entities())))
    adjustment: Adjustment = field(default_factory=Adjustment)
    _factors: tuple[int, NDArray[np.float64]] | None = None  # of one day

    def absorb(self, source: str, delta: Facts) -> None:
        self.past.absorb(delta)

    def doubt(self, until: int) -> None:
        self.past.counts.doubt(until)

    def rows(self, watermark: int) -> Rows | None:
        return self._due(watermark, NO_LATE)

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        return rows_of(self.past, rounds, self._due)

    def judged_until(self, watermark: int) -> int:
        return self.past.counts.closed_to(watermark)

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        judged: Judged = rows.context[index]
        span, column = judged.span, judged.column
        seen, expected = judged.counts(span, column)
        band = self.dispersion.band(expected, span, column, BAND)
        return finding(columns()[column], SPANS[span], seen, expected, band, rows.values[index])

    def readings(self, rows: Rows) -> Iterable[Reading]:
        for entity, start, end, judged in zip(rows.entities, rows.start, rows.end, rows.context, strict=True):
            column = judged.place * ROLES  # domain events
            seen, expected = judged.counts(0, column)
            yield Reading(
                entity, int(start), int(end), seen, expected, *self.dispersion.band(expected, 0, column, BAND)
            )

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        self.past.announce(windows, closed)

    def readiness(self, watermark: int) -> Warmth:
        return warmth(self.past, watermark)

    def census(self, watermark: int) -> Census:
        return census(self.past, watermark)

    def forget(self, before: int) -> int:
        self.past.forget()
        return 0

    def again(self, since: int) -> Rows | None:
        self.lately, self.holds = new_lately(), Holds(len(entities()))
        return concat_rows([self._judge(stretch) for stretch in self.past.again(since, LOOK_BACK)])

    def let_go(self, gone: Collection[Entity]) -> None:
        places = np.array([entity in gone for entity in entities()])
        self.holds.let_go(places)
        self.lately.forget(np.tile(places, 2))

    def save(self) -> bytes:
        saved = _Saved(self.past.save(), self.lately.save(), self.holds.save(), self.adjustment.clock)
        return msgspec.msgpack.encode(saved)

    def load(self, raw: bytes) -> None:
        saved = msgspec.msgpack.decode(raw, type=_Saved)
        self.past.load(saved.past)
        self.lately.load(saved.lately)
        self.holds.load(saved.holds)
        self.adjustment = Adjustment(saved.clock)
        self._factors = None

    def _due(self, watermark: int, late: Late) -> Rows | None:
        return concat_rows([self._judge(stretch) for stretch in self.past.stretches(watermark, LOOK_BACK, late)])

    def _judge(self, stretch: Stretch) -> Rows:
        """One row a minute and entity, minutes first."""
        factors = self._forecast(stretch.first)
        stretch = self.adjustment.applied(stretch, self.past, visit_unrest(self.dispersion))
        said = evidence(stretch, factors, self.dispersion, self.lately, self.trust)
        nats, suspected, since = self.holds.applied(
            stretch.first, lambda since: _minutes(anew(said, stretch.first, since), self.dispersion)
        )
        held = replace(anew(said, stretch.first, since), nats=nats)
        self.past.leave_out(stretch, (suspected | (nats >= STRANGE_NATS)) @ entity_members())
        places = len(entities())
        origins = Made(held.nats.size, lambda row: Judged(held, *divmod(row, places)))
        start = np.repeat(stretch.minutes, places) * MINUTE
        return Rows([*entities()] * len(held.nats), _values(held, factors, stretch), start, start + MINUTE, origins)

    def _forecast(self, minute: int) -> NDArray[np.float64]:
        day = minute // DAY
        if self._factors is None or self._factors[0] != day:
            self._factors = day, level_factors(self.past, day, self.forecaster)
        return self._factors[1]


def visit_unrest(dispersion: Dispersion) -> VisitUnrest:
    """Of the shop's visits."""
    return VisitUnrest.of(dispersion, SPANS, QUARTER, columns().index(shop_visits()))


def _minutes(held: Evidence, dispersion: Dispersion) -> Minutes:
    at = (np.arange(len(held.nats))[:, None], held.span, held.column)
    shape = (len(held.nats), len(entities()), ROLES)
    low, expected = dispersion.low, held.expected[:, CLUSTERED]
    return Minutes(
        held.nats,
        log_ratio(held.seen[at], held.expected[at]),
        held.column % ROLES,
        held.seen[:, 0].reshape(shape),
        held.expected[:, 0].reshape(shape),
        (low.base[CLUSTERED] + low.slope[CLUSTERED] * expected).reshape(shape),
    )


def _values(held: Evidence, factors: NDArray[np.float64], stretch: Stretch) -> NDArray[np.float32]:
    """(n * n_entities, n_features)."""
    at = (np.arange(len(held.nats))[:, None], held.span, held.column)
    parts = [
        held.nats,
        log_ratio(held.seen[at], held.expected[at]),
        np.array(SPANS)[held.span],
        held.expected[:, 0, ::ROLES],
        by_minute(factors, stretch.minutes),
    ]
    return np.stack(parts, axis=2).reshape(-1, len(FEATURES)).astype(np.float32)
