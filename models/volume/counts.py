"""Minutes x kinds: what each closed minute brought, and sums of quarter hours of the last days. The kinds are those of
messages and, in the last column, visits that begin.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.facts import EntityKind, Facts, facts
from models.volume.families import width
from models.volume.packing import pack, unpack
from models.volume.visits import Visitors, asking
from models.windows import MINUTE

DAY = 1440  # minutes
STEP = 15  # minutes; the grain of what is kept for days
STEPS = DAY // STEP
KEPT_MINUTES = 2880  # of single closed minutes: what may be closed at once, and a day before that
KEPT_DAYS = 28  # of quarter hours
VISITORS_KEPT = 60  # minutes after which those who left are dropped
OPEN_MINUTES = 20_160  # that may wait for the watermark; beyond, the farthest ahead is dropped and counted
CLOSED_AT_ONCE = 1440  # minutes judged in one call; the rest waits for the next
WARM_UP = (
    10  # closed minutes with data before anything is judged: the first is partial, and a start is no ordinary time
)


def per_minute(columns: Columns) -> Facts:
    """One row an event: which kind in which minute; and one a request: who asked in which minute."""
    code, offset, event_id = columns.kind.astype(np.int64), columns.offset, columns.event_id
    happened = facts(EntityKind.EVENT_TYPE, code, columns.time, MINUTE, 0, offset=offset, event_id=event_id)
    return Facts.concat([happened, asking(columns)])


@dataclass(slots=True)
class MinuteCounts:
    """Counts by minute of event time (minutes since the epoch) and kind.

    A minute is open until the watermark passes its end. What comes for a closed minute still counts, but is not
    judged again.
    """

    closed_until: int = 0  # the first minute that is not closed
    known_from: int = 0  # the first minute that may be judged; 0 while warming up
    blind_until: int = 0  # minutes before this one were not seen for sure: not judged, but counted
    warm: int = 0  # closed minutes with data so far
    dropped: int = 0  # minutes too far ahead, or too far back to begin with
    minutes: NDArray[np.int32] = field(default_factory=lambda: np.zeros((KEPT_MINUTES, width()), np.int32))
    opened: dict[int, NDArray[np.int32]] = field(default_factory=dict)
    days: dict[int, NDArray[np.int32]] = field(default_factory=dict)  # day since the epoch: (STEPS, n_kinds)
    visitors: Visitors = field(default_factory=Visitors)

    def absorb(self, delta: Facts) -> None:
        """Add increments of any minutes, open or closed."""
        who = delta.kind == EntityKind.USER
        self.visitors.absorb(delta.take(who), self.closed_until)
        delta = delta.take(~who)
        if not len(delta):
            return
        minute = delta.bucket // MINUTE
        order = np.argsort(minute, kind="stable")  # few minutes, mostly in order
        minute = minute[order]
        starts = _starts(minute)
        number = np.zeros(len(minute), np.int64)
        number[starts[1:]] = 1
        cell = np.cumsum(number) * width() + delta.entity[order]
        flat = np.bincount(cell, weights=delta.n[order], minlength=len(starts) * width())
        for at, row in zip(minute[starts].tolist(), flat.astype(np.int32).reshape(-1, width()), strict=True):
            self._add(at, row)

    def close(self, watermark: int) -> tuple[int, int]:
        """Close what ends by the watermark (ms); the minutes [first, last) now closed that may be judged."""
        if not self.closed_until:
            self._begin(watermark // MINUTE - OPEN_MINUTES)
        first = self.closed_until
        last = min(watermark // MINUTE, first + CLOSED_AT_ONCE) if first else first
        if first < last:
            self._close(first, last)
        judged = max(first, self.known_from, self.blind_until) if self.known_from else last
        return (judged, last) if judged < last else (last, last)

    def closed_to(self, watermark: int) -> int:
        """Event time up to which what the watermark passed is closed, ms; less than it while the rest waits."""
        return watermark if self.closed_until >= watermark // MINUTE else self.closed_until * MINUTE

    def window(self, first: int, last: int) -> NDArray[np.int32]:
        """(last - first, n_kinds) counts of closed minutes; zero where nothing is known. At most `KEPT_MINUTES`."""
        return self.raw(first, last) * self.is_known(np.arange(first, last))[:, None]

    def raw(self, first: int, last: int) -> NDArray[np.int32]:
        """(last - first, n_kinds) counts of closed minutes as they came, known to be whole or not."""
        return self.minutes[np.arange(first, last) % KEPT_MINUTES]

    def is_known(self, minutes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) bool: which minutes were seen whole, by ordinary operation."""
        start = max(self.known_from or self.closed_until, self.blind_until)
        return (minutes >= max(start, self.closed_until - KEPT_MINUTES)) & (minutes < self.closed_until)

    def whole_days(self) -> dict[int, NDArray[np.int32]]:
        """Days seen from their first minute to their last; on a closed one nothing happened."""
        held, newest = self.known_from or self.closed_until, self.closed_until // DAY
        whole = range(max(-(-held // DAY), newest - KEPT_DAYS), newest)
        silent = np.zeros((STEPS, width()), np.int32)
        return {day: self.days.get(day, silent) for day in whole if day in self.days or day * DAY >= self.blind_until}

    def doubt(self, until: int) -> None:
        """Minutes that begin before `until` (ms) were not seen for sure."""
        self.blind_until = max(self.blind_until, -(-until // MINUTE))

    def forget(self) -> None:
        """Drop days beyond `KEPT_DAYS`."""
        newest = self.closed_until // DAY
        self.days = {day: sums for day, sums in self.days.items() if newest - KEPT_DAYS <= day <= newest}

    def _begin(self, earliest: int) -> None:
        """Close nothing before the first minute with data; a stray event of long ago is not the beginning."""
        for minute in [minute for minute in self.opened if minute < earliest]:
            del self.opened[minute]
            self.dropped += 1
        self.closed_until = min(self.opened, default=0)

    def _add(self, minute: int, row: NDArray[np.int32]) -> None:
        if minute >= self.closed_until:
            held = self.opened.get(minute)
            self.opened[minute] = row if held is None else held + row
            if len(self.opened) > OPEN_MINUTES:
                del self.opened[max(self.opened)]
                self.dropped += 1
        elif minute >= self.closed_until - KEPT_MINUTES:
            self.minutes[minute % KEPT_MINUTES] += row
            self._count_days(np.array([minute]), row[None])

    def _close(self, first: int, last: int) -> None:
        """Close the minutes [first, last), which nothing closed before."""
        held = [minute for minute in range(first, last) if minute in self.opened]
        self.minutes[np.arange(first, last) % KEPT_MINUTES] = 0
        self.closed_until = last
        if held:
            rows = np.stack([self.opened.pop(minute) for minute in held])
            rows[:, -1] += [self.visitors.close(minute) for minute in held]
            self.minutes[np.array(held) % KEPT_MINUTES] = rows
            self._count_days(np.array(held), rows)
            if self.warm < WARM_UP <= self.warm + len(held):
                self.known_from = held[WARM_UP - self.warm - 1] + 1
            self.warm += len(held)
        if first // VISITORS_KEPT != last // VISITORS_KEPT:
            self.visitors.forget(last)

    def _count_days(self, minutes: NDArray[np.int64], rows: NDArray[np.int32]) -> None:
        """Add the counts (n, n_kinds) of minutes in order (n,) to the sums of their quarter hours."""
        steps = minutes // STEP
        starts = _starts(steps)
        for step, row in zip(steps[starts].tolist(), np.add.reduceat(rows, starts), strict=True):
            day = self.days.setdefault(step // STEPS, np.zeros((STEPS, width()), np.int32))
            day[step % STEPS] += row

    def save(self) -> dict[str, Any]:
        """Everything as JSON-able values."""
        return {
            "closed_until": self.closed_until,
            "known_from": self.known_from,
            "blind_until": self.blind_until,
            "warm": self.warm,
            "dropped": self.dropped,
            "minutes": pack(self.minutes),
            "opened": {str(minute): row.tolist() for minute, row in self.opened.items()},
            "days": {str(day): pack(sums) for day, sums in self.days.items()},
            "visitors": self.visitors.save(self.closed_until),
        }

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> "MinuteCounts":
        """The counts that `save` gave."""
        numbers = {name: saved[name] for name in ("closed_until", "known_from", "blind_until", "warm", "dropped")}
        return cls(
            **numbers,
            minutes=unpack(saved["minutes"]),
            opened={int(minute): np.array(row, np.int32) for minute, row in saved["opened"].items()},
            days={int(day): unpack(sums) for day, sums in saved["days"].items()},
            visitors=Visitors.restored(saved["visitors"]),
        )


def _starts(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each run of equal values begins, of one or more."""
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])
