"""Drift of one scenario's model while it serves: the judging notes hours, a thread of its own tests them."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import structlog
from numpy.typing import NDArray

from models.detector import Judged
from models.drift import SETTLE, DriftWatch, HourlyMeans, Testing, adwin

log = structlog.get_logger(__name__)
WAITING = 24 * 28  # hours kept for a thread that does not come


@dataclass(slots=True)
class Drifting:
    """Of one model; another model gets a new one. It begins anew after a restart."""

    stem: str
    features: Sequence[str]
    new_test: Callable[[], Testing] = adwin
    patience: int = SETTLE  # hours before the first is tested: until then no test would say anything
    reason: str = ""  # why the model should be fitted anew
    proposals: int = 0
    means: HourlyMeans = field(default_factory=HourlyMeans)
    waiting: deque[NDArray[np.float64]] = field(default_factory=lambda: deque(maxlen=WAITING))
    watch: DriftWatch | None = None  # made by the thread that tests

    def note(self, judged: Judged | None, now: int) -> None:
        """Rows judged at event time `now`, ms."""
        ended = self.means.add(judged, now)
        if ended is not None:
            self.waiting.append(ended)

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
