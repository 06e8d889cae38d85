"""A scenario small enough to say what is right: pieces a product and minute, strange from 100 on.

Minutes are judged when the watermark has passed them, so what is told depends on no batch and no schedule.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.entity import Entity
from models.facts import EntityKind, Facts, Int64s, facts
from models.finding import Finding, Reading
from models.rounds import Rounds
from models.rows import Rows
from models.spec import Announced, Policy, Spec, Warmth, round_by_round
from models.windows import MINUTE, closed

START = 1_772_452_800_000  # 2026-03-02T12:00:00Z, before the first event
JUDGED = (0, 1, 2)  # products; another is only counted
STEM = "stock_exhaustion"

Cell = tuple[int, int]  # product, minute


class MinutesMemory:
    """Events and pieces by product and minute. `late` counts events of judged products that came too late."""

    def __init__(self) -> None:
        self.cells: dict[Cell, tuple[int, int]] = {}
        self.closed_until = START
        self.late = 0

    def absorb(self, source: str, delta: Facts) -> None:
        names = zip(delta.entity.tolist(), delta.bucket.tolist(), strict=True)
        for cell, n, amount in zip(names, delta.n.tolist(), delta.amount.tolist(), strict=True):
            held = self.cells.get(cell, (0, 0))
            self.cells[cell] = (held[0] + n, held[1] + amount)
            self.late += n if cell[0] in JUDGED and cell[1] < self.closed_until else 0

    def doubt(self, until: int) -> None:
        """Every minute is known here."""

    def rows(self, watermark: int) -> Rows | None:
        minutes = list(closed(self.closed_until, max(watermark, START), MINUTE))
        if not minutes:
            return None
        self.closed_until = minutes[-1] + MINUTE
        cells = [(product, minute) for minute in minutes for product in JUDGED]
        values = np.array([[self.cells.get(cell, (0, 0))[1]] for cell in cells], np.float32)
        start = np.array([minute for _, minute in cells], np.int64)
        return Rows([Entity(EntityKind.PRODUCT, str(p)) for p, _ in cells], values, start, start + MINUTE, cells)

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        return round_by_round(self, rounds)

    def judged_until(self, watermark: int) -> int:
        """All of it is judged at once."""
        return watermark

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        pieces = float(rows.values[index, 0])
        return Finding(f"{pieces:.0f} pieces of product {rows.context[index][0]}", "high", 10.0, pieces, 0.0, 100.0)

    def readings(self, rows: Rows) -> Iterable[Reading]:
        return ()

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """Nothing is learnt here."""

    def readiness(self, watermark: int) -> Warmth:
        return Warmth()

    def forget(self, before: int) -> int:
        return 0

    def save(self) -> bytes:
        return msgspec.msgpack.encode((list(self.cells.items()), self.closed_until, self.late))

    def load(self, raw: bytes) -> None:
        kept = tuple[list[tuple[Cell, tuple[int, int]]], int, int]
        cells, self.closed_until, self.late = msgspec.msgpack.decode(raw, type=kept)
        self.cells = dict(cells)


class Minutes:
    """Counts ProductAddedToCart."""

    SPEC = Spec(
        STEM, "none", MINUTE, ("pieces",), "pieces",
        Policy(resolve_after_ms=2 * MINUTE, pause_ms=4 * MINUTE, critical_at=2.0),
    )  # fmt: skip

    def accumulate(self, columns: Columns) -> Facts:
        carts = columns.of("ProductAddedToCart")
        return facts(
            EntityKind.PRODUCT,
            carts.product,
            carts.time,
            MINUTE,
            0,
            amount=carts.quantity,
            offset=carts.offset,
            event_id=carts.event_id,
        )

    def new_memory(self, model: Any, extras: Any) -> MinutesMemory:
        return MinutesMemory()


class Steps:
    """A model: 100 pieces are the boundary, 300 are grave, and no single piece more or less changes a score."""

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.select([values[:, 0] >= 300, values[:, 0] >= 100], [2.4, 1.2], 0.0)
