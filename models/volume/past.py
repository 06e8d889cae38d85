"""What a volume scenario knows: its own counts, and a borrowed past (the end of the training log) while that fits
them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.facts import Facts
from models.spec import Announced
from models.volume.announced import excused_kinds
from models.volume.borrowed import ENOUGH_DAYS, fits, quarters
from models.volume.corrections import Corrections
from models.volume.counts import DAY, KEPT_DAYS, KEPT_MINUTES, WARM_UP, MinuteCounts
from models.volume.families import messages, width
from models.volume.habits import adapted, alike
from models.volume.late import NO_LATE, Late
from models.volume.profile import Rates, Sums, aligned, at, expected_rates
from models.volume.stretch import Stretch
from models.windows import MINUTE

Floats = NDArray[np.float64]

HOUR = 60  # minutes
AFTERMATH = HOUR  # of a closed day: who would have come late in it does not go on after it


@dataclass(slots=True)
class Past:
    """Counts so far and the rates that follow from them. The rates of a day come from the days before it alone."""

    borrowed: dict[int, NDArray[np.int32]] = field(default_factory=dict)  # as in the bundle, by its own days
    counts: MinuteCounts = field(default_factory=MinuteCounts)
    corrections: Corrections = field(default_factory=Corrections)
    settled: int = DAY  # minutes judged by what was known at their beginning; a part of the day
    announced: Sequence[Announced] = ()  # times whose counts say nothing and are not learnt
    _rates: tuple[int, Rates] | None = None  # of one day
    _heard: tuple[int, NDArray[np.bool_]] | None = None  # the same
    _borrowed_rates: Rates | None = None
    _fit: tuple[int, bool] | None = None  # of one minute

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """Times of planned work, and closed times, whose aftermath is no news either."""
        self.announced = (*windows, *(one._replace(end=one.end + AFTERMATH * MINUTE) for one in closed))

    def absorb(self, delta: Facts) -> None:
        """Take in increments."""
        self.counts.absorb(delta)

    def stretches(self, watermark: int, look_back: int, late: Late = NO_LATE) -> Iterator[Stretch]:
        """What the watermark (ms) closes, at most a day at a time, oldest first; nothing while there is no past that
        fits.
        """
        yield from self._parts(*self.counts.close(watermark), look_back, late)

    def again(self, since: int, look_back: int) -> Iterator[Stretch]:
        """The closed minutes from event time `since`, ms, on once more, as far as all of `look_back` is kept."""
        counts = self.counts
        if counts.known_from:
            first = max(counts.known_from, counts.blind_until, counts.closed_until - KEPT_MINUTES + look_back)
            yield from self._parts(max(first, since // MINUTE), counts.closed_until, look_back, NO_LATE)

    def _parts(self, first: int, last: int, look_back: int, late: Late) -> Iterator[Stretch]:
        while first < last:
            period = self.period(first)
            until = min(last, (first // period + 1) * period)
            if self.is_warm(first):
                yield self._stretch(first, until, look_back, late)
            first = until

    def is_warm(self, minute: int) -> bool:
        """Whether enough is known to expect anything of a minute: enough own days, or a borrowed past that fits."""
        own = self._own_before(minute // DAY)
        if not self.borrowed:
            return bool(own)
        return len(own) >= ENOUGH_DAYS or self._borrowed_fits(minute)

    def days_before(self, day: int) -> Sums:
        """Whole days before `day`, at most `KEPT_DAYS`; borrowed ones where there are no own."""
        own = self.corrections.applied(self._own_before(day))
        lent = aligned(self.borrowed, min(own, default=day)) if self._is_lent(day, len(own)) else {}
        days = {**adapted(lent, own), **own}
        return {at: days[at] for at in sorted(days)[-KEPT_DAYS:]}

    def knows_visits(self, minute: int) -> bool:
        """Whether the visits expected of a minute are this shop's: own days have told, or else the hours so far have
        those that come with as many messages in the borrowed past.
        """
        return not self.borrowed or bool(self._own_before(minute // DAY)) or alike(*self._last_day(minute))

    def _own_before(self, day: int) -> dict[int, NDArray[np.int32]]:
        return {at: sums for at, sums in self.counts.whole_days().items() if at < day}

    def _is_lent(self, day: int, own_days: int) -> bool:
        """Nothing is mixed into enough own days that does not fit them."""
        return bool(self.borrowed) and (own_days < ENOUGH_DAYS or self._borrowed_fits(day * DAY))

    def period(self, minute: int) -> int:
        """Minutes for which what is known of the past stays as it is; in the first days an hour."""
        return self.settled if self._own_before(minute // DAY) or not self.borrowed else HOUR

    def _borrowed_fits(self, minute: int) -> bool:
        """Whether own counts are as the borrowed past has them: those of whole days, or else of the last day so
        far.
        """
        period = self.period(minute)
        asked = max(minute // period * period, self.counts.known_from)
        if self._fit is None or self._fit[0] != asked:
            own = self.corrections.applied(self._own_before(asked // DAY))
            held = self._last_day(asked) if not own else self._whole_days(own)
            self._fit = asked, fits(*held)
        return self._fit[1]

    def _lent_rates(self) -> Rates:
        if self._borrowed_rates is None:
            self._borrowed_rates = expected_rates(self.borrowed)
        return self._borrowed_rates

    def _last_day(self, until: int) -> tuple[Floats, Floats]:
        """Seen and expected quarter hours of the day before a minute, as far as it was seen."""
        first = max(self.counts.known_from - WARM_UP, until - DAY)
        expected = at(self._lent_rates(), np.arange(first, until))
        return quarters(self.counts.raw(first, until)), quarters(expected)

    def _whole_days(self, own: Sums) -> tuple[Floats, Floats]:
        """Seen and expected quarter hours of the newest whole days."""
        newest = sorted(own)[-ENOUGH_DAYS:]
        expected = [at(self._lent_rates(), day * DAY + np.arange(DAY)) for day in newest]
        return np.concatenate([own[day] for day in newest]), quarters(np.concatenate(expected))

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

    def heard(self, day: int) -> NDArray[np.bool_]:
        """(n_days, n_kinds) bool: what came at all on each of the days that a day's rates follow from."""
        if self._heard is None or self._heard[0] != day:
            days = [sums.any(axis=0) for sums in self.days_before(day).values()]
            self._heard = day, np.array(days, bool).reshape(-1, width())
        return self._heard[1]

    def heard_on(self, day: int) -> NDArray[np.bool_]:
        """(n_kinds,) bool: what came so far on a day of the shop's own."""
        sums = self.counts.days.get(day)
        return np.zeros(width(), bool) if sums is None else np.asarray(sums.any(axis=0))

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
        self._rates = self._heard = None

    def _stretch(self, first: int, last: int, look_back: int, late: Late) -> Stretch:
        minutes = np.arange(first - look_back, last)
        known = self.counts.is_known(minutes)[:, None]
        counts = self.counts.window(first - look_back, last).astype(np.float64)
        expected = at(self.rates(first // DAY), minutes) * known
        if not self._own_before(first // DAY):
            counts[:, ~messages()] = expected[:, ~messages()] = 0.0  # how often the same people come is no lent habit
        late = late.where(self.counts.is_known(late.minute))
        if self.announced:
            self._keep_out(minutes, counts, expected, look_back)
            late = late.where(~excused_kinds(self.announced, late.minute)[np.arange(len(late.kind)), late.kind])
        return Stretch(first, last, look_back, counts, expected, late=late)

    def _keep_out(self, minutes: NDArray[np.int64], counts: Floats, expected: Floats, look_back: int) -> None:
        """Take announced times out of counts and expectations in place, and out of what will be expected."""
        excused = excused_kinds(self.announced, minutes)
        rows = look_back + np.flatnonzero(excused[look_back:].any(axis=1))
        self.corrections.add(minutes[rows], ((expected - counts) * excused)[rows], announced=True)
        counts[excused] = expected[excused] = 0.0
