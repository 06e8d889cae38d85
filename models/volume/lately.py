"""What was strong in the last minutes, so that one incident speaks with one voice."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.volume.packing import pack, unpack

Floats = NDArray[np.float64]


class Lately:
    """Strengths of the last `minutes`; a gap forgets them."""

    __slots__ = ("minutes", "strengths", "until")

    def __init__(self, minutes: int, width: int) -> None:
        self.minutes = minutes
        self.until = 0  # the minute since the epoch that would follow
        self.strengths = np.zeros((minutes, width))

    def highest(self, first: int, strength: Floats) -> Floats:
        """(n, width): the highest of each column lately, of strengths (n, width) of the minutes from `first` on."""
        before = self.strengths if first == self.until else np.zeros_like(self.strengths)
        held = np.concatenate([before, strength])
        self.strengths, self.until = held[-self.minutes :], first + len(strength)
        if len(strength) == 1:  # live, minute by minute
            return np.asarray(held.max(axis=0, keepdims=True))
        return np.asarray(np.lib.stride_tricks.sliding_window_view(held, self.minutes + 1, axis=0).max(axis=2))

    def forget(self, columns: NDArray[np.bool_]) -> None:
        """Some columns (width,) were not strong after all."""
        self.strengths[:, columns] = 0.0

    def save(self) -> dict[str, Any]:
        """Everything as JSON-able values."""
        return {"until": self.until, "strengths": pack(self.strengths)}

    def load(self, saved: dict[str, Any]) -> None:
        """What `save` gave; of another shape it is forgotten."""
        strengths = unpack(saved["strengths"])
        if strengths.shape == self.strengths.shape:
            self.until, self.strengths = saved["until"], strengths
