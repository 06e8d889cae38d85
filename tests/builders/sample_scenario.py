"""A scenario small enough to reason about: pieces added to carts per product, strange from 100 pieces on."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.entity import Entity
from models.facts import EntityKind, Facts, Int64s, facts
from models.finding import Finding, Reading
from models.rounds import Rounds
from models.rows import Rows
from models.spec import Announced, Policy, Spec, Warmth, round_by_round


class PiecesMemory:
    """Sum of pieces by product."""

    def __init__(self) -> None:
        self.pieces: dict[int, int] = {}
        self._touched: set[int] = set()

    def absorb(self, source: str, delta: Facts) -> None:
        for product, amount in zip(delta.entity.tolist(), delta.amount.tolist(), strict=True):
            self.pieces[product] = self.pieces.get(product, 0) + amount
            self._touched.add(product)

    def doubt(self, until: int) -> None:
        """Silence says nothing here."""

    def rows(self, watermark: int) -> Rows | None:
        if not self._touched:
            return None
        products, self._touched = sorted(self._touched), set()
        values = np.array([[self.pieces[product]] for product in products], np.float32)
        times = np.full(len(products), watermark, np.int64)
        return Rows([Entity(EntityKind.PRODUCT, str(p)) for p in products], values, times, times + 1, products)

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        return round_by_round(self, rounds)

    def judged_until(self, watermark: int) -> int:
        """All of it is judged at once."""
        return watermark

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        pieces = float(rows.values[index, 0])
        return Finding(f"{pieces:.0f} pieces of product {rows.context[index]}", "high", 10.0, pieces, 0.0, 100.0)

    def readings(self, rows: Rows) -> Iterable[Reading]:
        for entity, start, end, (pieces,) in zip(rows.entities, rows.start, rows.end, rows.values, strict=True):
            yield Reading(entity, int(start), int(end), float(pieces), 0.0, 0.0, 0.0)

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """Nothing is learnt here."""

    def readiness(self, watermark: int) -> Warmth:
        return Warmth()

    def forget(self, before: int) -> int:
        return 0

    def save(self) -> bytes:
        return json.dumps(list(self.pieces.items())).encode()

    def load(self, raw: bytes) -> None:
        self.pieces = dict(json.loads(raw))


class PiecesScenario:
    """Counts ProductAddedToCart."""

    def __init__(self, stem: str = "stock_exhaustion") -> None:
        self.SPEC = Spec(stem, "none", 60_000, ("pieces",), "pieces", Policy(resolve_after_ms=10**12))

    def accumulate(self, columns: Columns) -> Facts:
        carts = columns.of("ProductAddedToCart")
        return facts(
            EntityKind.PRODUCT,
            carts.product,
            carts.time,
            60_000,
            0,
            key=carts.user,
            amount=carts.quantity,
            offset=carts.offset,
            event_id=carts.event_id,
        )

    def new_memory(self, model: Any, extras: Any) -> PiecesMemory:
        return PiecesMemory()


class HundredPieces:
    """A model: 100 pieces are the boundary."""

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return values[:, 0].astype(np.float64) / 100
