"""Counters that forget: a sum in which every contribution halves again and again."""

import math

import msgspec


class Fading(msgspec.Struct, gc=False, array_like=True):
    """A sum that fades with time; `at` is the event time (ms) up to which it has faded."""

    value: float = 0.0
    at: int = 0

    def add(self, amount: float, time: int, tau_ms: float) -> None:
        """Add `amount` at `time`; what is there fades by e every `tau_ms`. A late amount is not faded."""
        if time > self.at:
            self.value *= math.exp((self.at - time) / tau_ms)
            self.at = time
        self.value += amount

    def read(self, time: int, tau_ms: float) -> float:
        """The sum as it stands at `time`."""
        return self.value * math.exp(min(self.at - time, 0) / tau_ms)
