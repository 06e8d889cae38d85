"""A recorded log as a matrix of counts, minutes x message kinds, and the walk through it that serving would make."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING, Columns
from models.facts import EntityKind, Facts
from models.training.volume_visits import NO_VISITS, Visits, visits_of
from models.volume.counts import DAY, STEP, STEPS
from models.volume.families import width
from models.volume.past import Past
from models.volume.stretch import Stretch
from models.volume.visits import begun, is_request
from models.windows import MINUTE


@dataclass(frozen=True, slots=True)
class MinuteLog:
    """Counts of consecutive minutes from `first` (minutes since the epoch) on, (n_minutes, n_kinds)."""

    first: int
    counts: NDArray[np.int32]
    visits: Visits = NO_VISITS  # what single users brought; of a part, those of the whole log

    @classmethod
    def of(cls, columns: Columns) -> Self:
        """The counts of all events; at least one. Events far outside the bulk of the log (by a wrong clock) are left
        out.
        """
        minute = columns.time // MINUTE
        first, last = (int(value) for value in np.quantile(minute, [0.0005, 0.9995], method="nearest"))
        first, last = max(first - DAY, int(minute.min())), min(last + DAY, int(minute.max()))
        inside = (minute >= first) & (minute <= last)
        columns, minute = columns.where(inside), minute[inside] - first
        cell = minute * width() + columns.kind
        flat = np.bincount(cell, minlength=(last + 1 - first) * width())
        counts = flat.reshape(-1, width()).astype(np.int32)
        asked = is_request()[columns.kind] & (columns.user != MISSING)
        counts[:, -1] = np.bincount(begun(minute[asked], columns.user[asked]), minlength=len(counts))
        return cls(first, counts, visits_of(columns))

    @property
    def last(self) -> int:
        """The minute after the newest."""
        return self.first + len(self.counts)

    def cut(self, first: int, last: int) -> Self:
        """The minutes [first, last) that the log holds."""
        first, last = max(first, self.first), min(last, self.last)
        return replace(self, first=first, counts=self.counts[first - self.first : last - self.first])

    def days(self) -> dict[int, NDArray[np.int32]]:
        """Sums of quarter hours of every whole day, (STEPS, n_kinds) each."""
        whole = range(-(-self.first // DAY), self.last // DAY)
        return {day: self._day(day) for day in whole}

    def facts(self, first: int, last: int) -> Facts:
        """The minutes [first, last) as a source would report them."""
        part = self.cut(first, last)
        minute, kind = np.nonzero(part.counts)
        n = part.counts[minute, kind].astype(np.int64)
        time = (part.first + minute) * MINUTE
        none = np.zeros(len(n), np.int64)
        entity = np.full(len(n), int(EntityKind.EVENT_TYPE))
        return Facts(entity, kind, time, none, none, n, none, time, time, none, np.full(len(n), "", object))

    def _day(self, day: int) -> NDArray[np.int32]:
        at = day * DAY - self.first
        return self.counts[at : at + DAY].reshape(STEPS, STEP, -1).sum(axis=1).astype(np.int32)


def walk(log: MinuteLog, look_back: int, past: Past | None = None) -> Iterator[Stretch]:
    """Every judged stretch of the log, each expected from the days before it alone: what serving would see."""
    past = past or Past()
    for day in range(log.first // DAY, -(-log.last // DAY)):
        past.absorb(log.facts(day * DAY, (day + 1) * DAY))
        yield from past.stretches(min((day + 1) * DAY, log.last) * MINUTE, look_back)
