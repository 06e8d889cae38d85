"""What ordinary days would have brought instead of incidents, so that an incident does not become what is expected.

A change that lasts is no incident: a day that was strange for more than `LASTING` minutes counts as it was.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY, STEP, STEPS
from models.volume.families import width
from models.volume.packing import pack, unpack

LASTING = 600  # minutes of a day

Sums = dict[int, NDArray[np.int32]]


@dataclass(slots=True)
class Corrections:
    """By day since the epoch: what to add to the sums of its quarter hours, and how many minutes were strange."""

    missing: dict[int, NDArray[np.float64]] = field(default_factory=dict)  # (STEPS, n_kinds)
    strange: dict[int, int] = field(default_factory=dict)

    def add(self, minutes: NDArray[np.int64], missing: NDArray[np.float64], *, announced: bool = False) -> None:
        """Strange minutes (n,) and what they lack (n, n_kinds), negative for too much. What was announced is no change
        that lasts, however long.
        """
        for minute, row in zip(minutes.tolist(), missing, strict=True):  # only strange minutes come here
            day = minute // DAY
            sums = self.missing.setdefault(day, np.zeros((STEPS, width())))
            sums[minute % DAY // STEP] += row
            self.strange[day] = self.strange.get(day, 0) + (not announced)

    def applied(self, days: Sums) -> Sums:
        """The days as they would have been without their incidents."""
        return {day: self._corrected(day, sums) for day, sums in days.items()}

    def _corrected(self, day: int, sums: NDArray[np.int32]) -> NDArray[np.int32]:
        if day not in self.missing or self.strange[day] > LASTING:
            return sums
        return np.maximum(np.rint(sums + self.missing[day]), 0).astype(np.int32)

    def forget(self, before: int) -> None:
        """Drop days before a day."""
        self.missing = {day: sums for day, sums in self.missing.items() if day >= before}
        self.strange = {day: minutes for day, minutes in self.strange.items() if day >= before}

    def save(self) -> dict[str, Any]:
        """Everything as JSON-able values."""
        return {str(day): [self.strange[day], pack(sums)] for day, sums in self.missing.items()}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> "Corrections":
        """What `save` gave."""
        missing = {int(day): unpack(sums) for day, (_, sums) in saved.items()}
        return cls(missing, {int(day): minutes for day, (minutes, _) in saved.items()})
