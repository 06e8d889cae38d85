"""Whether what a model sees has become something else than before: streaming tests over hourly means.

Scores count up to the boundary, so that a short incident weighs little: a drift is what stays. The tests are river's
ADWIN (A. Bifet and R. Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", 2007).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.outcome import Judged

HOUR_MS = 3_600_000
CONFIDENCE = 0.002  # ADWIN's delta: on 22 clean days of 2 models no alarm, a lasting change known after 3 to 5 days
CHECK_EVERY = 4  # hours
SETTLE = 24  # hours before anything is said: a day has to be seen once
SCORE = "score"


class Testing(Protocol):
    """What is asked of river: a value goes in, `drift_detected` says whether the newest one changed the verdict."""

    @property
    def drift_detected(self) -> bool: ...

    def update(self, value: float) -> object: ...


@dataclass(slots=True)
class HourlyMeans:
    """Sums of the hour in hand: of the scores, and of the features, each drawn into (-1, 1)."""

    hour: int = -1
    rows: int = 0
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def add(self, judged: Judged | None, now: int) -> NDArray[np.float64] | None:
        """Take in rows judged at event time `now`, ms; once an hour is over its means, (1 + n_features,)."""
        ended = None
        if now // HOUR_MS != self.hour:
            ended = self.sums / self.rows if self.rows else None
            self.hour, self.rows, self.sums = now // HOUR_MS, 0, np.zeros(0)
        if judged is not None:
            self._add(judged)
        return ended

    def _add(self, judged: Judged) -> None:
        values = judged.values.astype(np.float64)
        squashed = (values / (1.0 + np.abs(values))).sum(axis=0)
        sums = np.concatenate([[np.minimum(judged.scores, 1.0).sum()], squashed])
        self.sums = sums if not self.rows else self.sums + sums
        self.rows += len(values)


@dataclass(slots=True)
class DriftWatch:
    """A test for the scores and one for every feature."""

    names: Sequence[str]  # of the features
    new_test: Callable[[], Testing]
    tests: list[Testing] = field(init=False)

    def __post_init__(self) -> None:
        self.tests = [self.new_test() for _ in (SCORE, *self.names)]

    def update(self, means: NDArray[np.float64]) -> list[str]:
        """Take in the means of one hour; what has drifted by then."""
        drifted = []
        for name, test, mean in zip((SCORE, *self.names), self.tests, means.tolist(), strict=True):
            test.update(mean)
            if test.drift_detected:
                drifted.append(name)
        return drifted


def adwin() -> Testing:
    """A fresh test. river is imported here: it takes seconds and a hundred megabytes, so not on the judging loop."""
    from river.drift import ADWIN

    return ADWIN(delta=CONFIDENCE, clock=CHECK_EVERY, grace_period=SETTLE)
