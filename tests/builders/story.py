"""What happened in a shop, told event by event, and what a scenario makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from models.facts import Facts
from models.rows import Rows
from models.spec import Memory, Scenario
from models.training.situations_script import Script

START = 1_772_323_200_000  # 2026-03-01, ms
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class Told:
    """The rows of a story, flat."""

    rows: Sequence[Rows]

    def column(self, scenario: Scenario, name: str) -> list[float]:
        """One feature of every row."""
        index = scenario.SPEC.features.index(name)
        return [round(value, 4) for rows in self.rows for value in rows.values[:, index].tolist()]

    def contexts(self) -> list[Any]:
        """What each row is explained by."""
        return [context for rows in self.rows for context in rows.context]

    def entities(self) -> list[tuple[str, str]]:
        """(kind, id) of every row."""
        return [(entity.kind_name, entity.id) for rows in self.rows for entity in rows.entities]


@dataclass
class Story:
    """Times in ms after `START`."""

    scenario: Scenario
    script: Script = field(default_factory=Script)

    def say(
        self, name: str, at: float, product: int = -1, user: int = -1, pieces: int = 0, price: float = np.nan
    ) -> None:
        """One event."""
        self.script.say(name, START + at, product, user, pieces, price)

    def facts(self) -> Facts:
        """Everything said so far."""
        return self.scenario.accumulate(self.script.columns())

    def told(self, memory: Memory, *, round_ms: int = MINUTE, until: float = 0) -> Told:
        """The rows of everything said since the last call, judged every `round_ms` and at last at `until`."""
        facts = self.facts()
        self.script = Script()
        numbers = (facts.first - START) // round_ms
        due = [self._round(memory, facts.take(numbers == number), number, round_ms) for number in np.unique(numbers)]
        due.append(memory.rows(int(START + until)) if until else None)
        return Told([rows for rows in due if rows is not None])

    def _round(self, memory: Memory, facts: Facts, number: int, round_ms: int) -> Rows | None:
        memory.absorb("cart-events/0", facts.grouped())
        return memory.rows(int(START + (number + 1) * round_ms))


class Beyond:
    """Scores a row by one of its features: 1.0 is the limit."""

    def __init__(self, scenario: Scenario, feature: str, limit: float) -> None:
        self.index, self.limit = scenario.SPEC.features.index(feature), limit

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return cast(NDArray[np.float64], values[:, self.index].astype(np.float64) / self.limit)
