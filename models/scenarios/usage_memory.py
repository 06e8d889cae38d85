"""What `usage_intensity` remembers, and which rows it has judged."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.census import Census
from models.entity import Entity
from models.facts import EntityKind, Facts, Int64s
from models.finding import Finding, Reading
from models.rounds import Rounds
from models.rows import Made, Rows, concat_rows
from models.scenarios.usage_features import LOOK_BACK, SPANS, Features, Unrest, features, new_lately
from models.scenarios.usage_words import finding
from models.spec import Announced, Scoring, Warmth
from models.volume.families import entities, group_names, groups, spoilt
from models.volume.late import NO_LATE, Late
from models.volume.lately import Lately
from models.volume.newcomers import census
from models.volume.past import Past
from models.volume.rounds import rows_of
from models.volume.stretch import Stretch
from models.volume.today import Adjustment, shop_visits
from models.volume.unrest import VisitUnrest
from models.volume.warmth import warmth
from models.windows import MINUTE

NOTABLE = 3.0  # standard deviations from which a single kind is judged ...
FOLLOWED = 15  # ... and for so many minutes after, so that its end is seen
STRANGE = 5.0  # standard deviations from which it is asked whether minutes are kept out of what will be expected
QUARTER = 10  # minutes of the span whose unrest stands for that of a quarter hour
BAND = 3.0  # standard deviations of the band in curves


class Judged(NamedTuple):
    """Where a row comes from."""

    features: Features
    minute: int  # row of the features
    group: int


class _Saved(msgspec.Struct):
    past: bytes
    notable: dict[str, int]
    lately: dict[str, Any]
    clock: int = 0


@dataclass(slots=True)
class UsageMemory:
    """Counts of the past and the groups that are being followed."""

    past: Past
    unrest: Unrest
    model: Scoring | None = None
    notable: dict[str, int] = field(default_factory=dict)  # group: the last minute in which it was notable
    lately: Lately = field(default_factory=new_lately)
    adjustment: Adjustment = field(default_factory=Adjustment)

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
        held, at, group = judged
        span = int(np.abs(held.deviation[at, :, group]).argmax())
        seen, expected = held.seen[at, span, group], held.expected[at, span, group]
        lower, upper = self.unrest.counts.band(float(expected), span, group, BAND)
        return finding(group, SPANS[span], float(seen), float(expected), (lower, upper), rows.values[index], self.model)

    def readings(self, rows: Rows) -> Iterable[Reading]:
        for entity, start, end, (held, at, group) in zip(
            rows.entities, rows.start, rows.end, rows.context, strict=True
        ):
            seen, expected = float(held.seen[at, 0, group]), float(held.expected[at, 0, group])
            yield Reading(
                entity, int(start), int(end), seen, expected, *self.unrest.counts.band(expected, 0, group, BAND)
            )

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        self.past.announce(windows, closed)

    def readiness(self, watermark: int) -> Warmth:
        return warmth(self.past, watermark)

    def census(self, watermark: int) -> Census:
        return census(self.past, watermark)

    def forget(self, before: int) -> int:
        self.past.forget()
        gone = [name for name, minute in self.notable.items() if minute + FOLLOWED < before // MINUTE]
        for name in gone:
            del self.notable[name]
        return len(gone)

    def again(self, since: int) -> Rows | None:
        self.lately, self.notable = new_lately(), {}
        return concat_rows([self._judge(stretch) for stretch in self.past.again(since, LOOK_BACK)])

    def let_go(self, gone: Collection[Entity]) -> None:
        self.lately.forget(np.array([group.entity in gone for group in groups()]))

    def save(self) -> bytes:
        return msgspec.msgpack.encode(_Saved(self.past.save(), self.notable, self.lately.save(), self.adjustment.clock))

    def load(self, raw: bytes) -> None:
        saved = msgspec.msgpack.decode(raw, type=_Saved)
        self.past.load(saved.past)
        self.notable = saved.notable
        self.lately.load(saved.lately)
        self.adjustment = Adjustment(saved.clock)

    def _due(self, watermark: int, late: Late) -> Rows | None:
        return concat_rows([self._judge(stretch) for stretch in self.past.stretches(watermark, LOOK_BACK, late)])

    def _judge(self, stretch: Stretch) -> Rows:
        """Shop and services in every minute, then single kinds while they are notable."""
        stretch = self.adjustment.applied(stretch, self.past, visit_unrest(self.unrest))
        held = features(stretch, self.unrest, self.lately)
        self.past.leave_out(stretch, self._strange(held) @ spoilt())
        followed = self._followed(stretch, held)
        roles = telling_roles(held)
        single_at, single = np.nonzero(followed)
        minute = np.concatenate([np.repeat(np.arange(len(roles)), roles.shape[1]), single_at])
        order = np.argsort(minute, kind="stable")
        minute, group = minute[order], np.concatenate([roles.ravel(), single])[order]
        start = (stretch.first + minute) * MINUTE
        judged = Made(len(minute), lambda row: Judged(held, int(minute[row]), int(group[row])))
        entity = [groups()[index].entity for index in group.tolist()]
        return Rows(entity, held.table[minute, group], start, start + MINUTE, judged)

    def _strange(self, held: Features) -> NDArray[np.bool_]:
        """(n, n_groups) bool: what the model would report. In a shop that strays far every day it must stay what is
        expected, or what is made good today is missed tomorrow.
        """
        strange = np.abs(held.table).max(axis=2) >= STRANGE
        if self.model is not None and strange.any():
            strange[strange] = self.model.score(held.table[strange]) >= 1.0
        return strange

    def _followed(self, stretch: Stretch, held: Features) -> NDArray[np.bool_]:
        """(n, n_groups) bool: single kinds that are notable now or were within `FOLLOWED` minutes."""
        kinds = _single()
        notable = (np.abs(held.table) >= NOTABLE).any(axis=2) & kinds
        minutes = stretch.minutes[:, None]
        before = np.array([self.notable.get(name, -FOLLOWED - 1) for name in group_names()])
        last = np.maximum(np.maximum.accumulate(np.where(notable, minutes, -FOLLOWED - 1), axis=0), before)
        self.notable |= {group_names()[g]: int(last[-1, g]) for g in np.flatnonzero(notable.any(axis=0))}
        return np.asarray(kinds & (minutes - last <= FOLLOWED) & (last > 0))


def visit_unrest(unrest: Unrest) -> VisitUnrest:
    """Of the shop's visits."""
    return VisitUnrest.of(unrest.counts, SPANS, QUARTER, shop_visits())


def telling_roles(held: Features) -> NDArray[np.int64]:
    """(n, n_scopes) for shop and services: the group, events or all messages, that deviates more."""
    strength = np.abs(held.table).max(axis=2)[:, _scopes()]  # (n, n_scopes, n_roles)
    return np.take_along_axis(_scopes()[None], strength.argmax(axis=2)[:, :, None], axis=2)[:, :, 0]


@cache
def _scopes() -> NDArray[np.int64]:
    """(n_scopes, n_roles): the groups of shop and services."""
    return np.array([[at for at, group in enumerate(groups()) if group.entity == one] for one in entities()])


@cache
def _single() -> NDArray[np.bool_]:
    """(n_groups,) bool: which groups are a single kind."""
    return np.array([group.entity.kind is EntityKind.EVENT_TYPE for group in groups()])
