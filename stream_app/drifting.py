"""Drift of one scenario's model while it serves: the judging notes hours, a thread of its own tests them."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from models.drift import HOUR_MS, SETTLE, DriftWatch, HourlyMeans, Testing, adwin
from models.outcome import Judged

log = structlog.get_logger(__name__)
KEPT = 24 * 35  # hours; a model that has served for longer is stale by its age


class Hour(msgspec.Struct, array_like=True, frozen=True):
    """An hour that has ended, of the watch over one model that began with the hour `began`; hours since the epoch."""

    of: str
    began: int
    number: int
    means: list[float]  # (1 + n_features,)


class InHand(msgspec.Struct, array_like=True, frozen=True):
    """A watch, and what it knows of the hour that has not ended."""

    of: str
    began: int
    number: int
    rows: int
    sums: list[float]  # (1 + n_features,), of so many rows

    def follows(self, hour: Hour) -> bool:
        """Whether that is an earlier hour of the same watch."""
        return (hour.of, hour.began) == (self.of, self.began) and hour.number < self.number


@dataclass(slots=True)
class Drifting:
    """Of one model; another model gets a new one. After a restart it goes on as `resumed`, from the hours themselves:
    the tests keep a state of their own that no other version of their library need understand.
    """

    stem: str
    features: Sequence[str]
    new_test: Callable[[], Testing] = adwin
    of: str = ""  # which model
    patience: int = SETTLE  # hours before the first is tested: until then no test would say anything
    reason: str = ""  # why the model should be fitted anew
    proposals: int = 0
    means: HourlyMeans = field(default_factory=HourlyMeans)
    waiting: deque[NDArray[np.float64]] = field(default_factory=lambda: deque(maxlen=KEPT))
    ended: deque[Hour] = field(default_factory=lambda: deque(maxlen=KEPT))  # and not stored yet
    began: int = -1  # the first hour with rows
    watch: DriftWatch | None = None  # made by the thread that tests

    def note(self, judged: Judged | None, now: int) -> None:
        """Rows judged at event time `now`, ms."""
        number = self.means.hour
        ended = self.means.add(judged, now)
        if ended is not None:
            self.waiting.append(ended)
            self.ended.append(Hour(self.of, self.began, number, ended.tolist()))
        if judged is not None and self.began < 0:
            self.began = now // HOUR_MS

    def take_ended(self) -> list[Hour]:
        """The hours that have to be stored before what is in hand."""
        ended, self.ended = list(self.ended), deque(maxlen=KEPT)
        return ended

    def in_hand(self) -> InHand:
        """What has to be stored with the position up to which rows were noted."""
        means = self.means
        return InHand(self.of, self.began, means.hour, means.rows, means.sums.tolist())

    def resumed(self, in_hand: InHand, hours: Iterable[Hour]) -> Self:
        """Another one that goes on from there; this one when that was of another model."""
        if in_hand.of != self.of:
            return self
        means = HourlyMeans(in_hand.number, in_hand.rows, np.array(in_hand.sums))
        waiting = deque((np.array(hour.means) for hour in hours), maxlen=KEPT)
        return replace(
            self, means=means, waiting=waiting, began=in_hand.began, ended=deque(maxlen=KEPT), watch=None, reason=""
        )

    def settle(self) -> None:
        """Test the hours that have ended since the last call. Slow: not for the judging loop."""
        if self.watch is None and len(self.waiting) < self.patience:
            return
        while self.waiting:
            if self.watch is None:
                self.watch = DriftWatch(self.features, self.new_test)
            drifted = self.watch.update(self.waiting.popleft())
            if drifted:
                self._propose(drifted)

    def _propose(self, drifted: Sequence[str]) -> None:
        self.proposals += 1
        self.reason = f"{', '.join(drifted)} drifted from what was usual: refit it (python -m models refit)"
        log.warning("drift", scenario=self.stem, drifted=list(drifted))
