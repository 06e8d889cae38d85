"""What a volume scenario knows: its own counts, and a borrowed past (the end of the training log) while they are
young.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.columns import kinds
from models.facts import Facts
from models.volume.corrections import Corrections
from models.volume.counts import DAY, KEPT_DAYS, MinuteCounts
from models.volume.late import NO_LATE, Late
from models.volume.packing import pack, unpack
from models.volume.profile import Rates, Sums, aligned, at, expected_rates


class Stretch(NamedTuple):
    """Minutes [first, last) of one day to judge, with the minutes before them that spans reach back to."""

    first: int
    last: int
    look_back: int
    counts: NDArray[np.float64]  # (look_back + n, n_kinds); 0 where nothing is known
    expected: NDArray[np.float64]  # (look_back + n, n_kinds); 0 where nothing is known
    late: Late = NO_LATE  # what came while the minutes were being closed, for some of them only

    @property
    def minutes(self) -> NDArray[np.int64]:
        """(n,) the minutes to judge, since the epoch."""
        return np.arange(self.first, self.last)


@dataclass(slots=True)
class Past:
    """Counts so far and the rates that follow from them. The rates of a day come from the days before it alone."""

    borrowed: dict[int, NDArray[np.int32]] = field(default_factory=dict)  # as in the bundle, by its own days
    counts: MinuteCounts = field(default_factory=MinuteCounts)
    corrections: Corrections = field(default_factory=Corrections)
    _rates: tuple[int, Rates] | None = None  # of one day

    def absorb(self, delta: Facts) -> None:
        """Take in increments."""
        self.counts.absorb(delta)

    def stretches(self, watermark: int, look_back: int, late: Late = NO_LATE) -> Iterator[Stretch]:
        """What the watermark (ms) closes, a day at a time, oldest first; nothing while there is no past at all."""
        first, last = self.counts.close(watermark)
        while first < last:
            until = min(last, (first // DAY + 1) * DAY)
            if self.has_past(first // DAY):
                yield self._stretch(first, until, look_back, late)
            first = until

    def has_past(self, day: int) -> bool:
        """Whether anything is known that expectations for this day could be made of."""
        return bool(self.days_before(day))

    def days_before(self, day: int) -> Sums:
        """Whole days before `day`, at most `KEPT_DAYS`; borrowed ones where there are no own."""
        own = self.corrections.applied({at: sums for at, sums in self.counts.whole_days().items() if at < day})
        start = min(own, default=day)
        days = aligned(self.borrowed, start) | own if self.borrowed else own
        return {at: days[at] for at in sorted(days)[-KEPT_DAYS:]}

    def leave_out(self, stretch: Stretch, strange: NDArray[np.bool_]) -> None:
        """Keep incidents out of what will be expected: `strange` (n, n_kinds) of a stretch's minutes."""
        rows = np.flatnonzero(strange.any(axis=1))
        lacking = (stretch.expected - stretch.counts)[stretch.look_back :][rows] * strange[rows]
        self.corrections.add(stretch.minutes[rows], lacking)

    def rates(self, day: int) -> Rates:
        """Expected rates of a day."""
        if self._rates is None or self._rates[0] != day:
            self._rates = day, expected_rates(self.days_before(day))
        return self._rates[1]

    def forget(self) -> None:
        """Drop what is older than the horizon."""
        self.counts.forget()
        self.corrections.forget(self.counts.closed_until // DAY - KEPT_DAYS)

    def save(self) -> bytes:
        """Own counts; the borrowed past stays with the bundle."""
        return msgspec.json.encode({"counts": self.counts.save(), "corrections": self.corrections.save()})

    def load(self, raw: bytes) -> None:
        """Take up what `save` gave; msgspec.MsgspecError or KeyError when it is none."""
        saved = msgspec.json.decode(raw)
        self.counts = MinuteCounts.restored(saved["counts"])
        self.corrections = Corrections.restored(saved["corrections"])
        self._rates = None

    def _stretch(self, first: int, last: int, look_back: int, late: Late) -> Stretch:
        minutes = np.arange(first - look_back, last)
        known = self.counts.is_known(minutes)[:, None]
        counts = self.counts.window(first - look_back, last).astype(np.float64)
        expected = at(self.rates(first // DAY), minutes) * known
        return Stretch(first, last, look_back, counts, expected, late.where(self.counts.is_known(late.minute)))


def span_sums(values: NDArray[np.float64], look_back: int, spans: tuple[int, ...]) -> NDArray[np.float64]:
    """(n, n_spans, n_columns): sums over the last `span` minutes up to and with each of the n minutes after the look-
    back.
    """
    total = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=total[1:])
    ends = np.arange(look_back + 1, len(total))[:, None]
    return np.asarray(total[ends] - total[np.maximum(ends - np.array(spans), 0)])


def pack_days(days: Sums) -> dict[str, Any]:
    """Days for a bundle's extras: kinds by name, so that new message types do not shift the columns."""
    order = sorted(days)
    names = [kind.name for kind in kinds()]
    sums = np.stack([days[day] for day in order]).astype(np.int32)
    return {"days": order, "kinds": names, "sums": pack(sums)}


def unpack_days(packed: dict[str, Any] | None) -> dict[int, NDArray[np.int32]]:
    """The days of a bundle, columns as the contracts order them now; {} for None."""
    if packed is None:
        return {}
    held = unpack(packed["sums"])  # (n_days, STEPS, n_kinds then)
    where = {name: column for column, name in enumerate(packed["kinds"])}
    sums = np.zeros((*held.shape[:2], len(kinds())), np.int32)
    for column, kind in enumerate(kinds()):
        if kind.name in where:
            sums[:, :, column] = held[:, :, where[kind.name]]
    return dict(zip(map(int, packed["days"]), sums, strict=True))
