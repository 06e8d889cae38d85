"""What a story found: what was done, what it cost, and every way in which the outcome was not as it must be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Findings:
    """`done` counts what was done, `ended` says who ended by itself, `faults` what was lost, doubled or otherwise."""

    story: str
    seed: int
    events: int
    done: Mapping[str, int]
    ended: Sequence[str]
    faults: Sequence[str]
    seconds: float

    def text(self) -> str:
        """In lines."""
        blows = ", ".join(f"{count} x {verb}" for verb, count in sorted(self.done.items()))
        head = f"{self.story}, seed {self.seed}: {self.events} events, {blows}, {self.seconds:.0f} s"
        result = "nothing lost, nothing twice" if not self.faults else f"{len(self.faults)} faults"
        return "\n  ".join([f"{head}: {result}", *self.faults, *self.ended])
