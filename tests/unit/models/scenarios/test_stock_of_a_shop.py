"""Two days of the simulated shop through the memory of `stock_exhaustion`, held against figures taken once.

They were taken before its hot path was written for speed, and say that the faster one does the same; but for the rows:
the times spanned are from when a crowd began with its first, and looks are at full minutes.
"""

from pathlib import Path

import numpy as np

from models.recording import Recording
from models.scenarios import stock_exhaustion as scenario
from models.scenarios.stock_memory import StockMemory
from models.scenarios.stock_state import Holding
from tests.builders.logs import shop_lines, write

SEED = 11
EVERY = 300  # events between two looks
SUMS = [
    44.21,
    -40.97,
    -38.69,
    -41.0,
    1196.53,
    -3130.24,
    14505.11,
    -9328.0,
    39.46,
    11.95,
    -9328.0,
    512419.07,
    1469990.0,
    9328.0,
]
STATE = {
    "open": 64,
    "stock": 48722,
    "top": 79276,
    "record": 2381,
    "added": 1069.536,
    "ordered": 918.974,
    "holdings": 484,
    "held": 64,
    "asked": 57,
    "evidence": 34971059,
    "cycled": 997.513,
    "orders": 2800,
    "last_seen": 1275938741639232,
    "baskets": 43,
    "lines": 5234.0,
    "watched": 0,
}


def test_rows_and_state_are_what_they_were(tmp_path: Path) -> None:
    memory, sums = scenario.new_memory(None, {}), np.zeros(len(scenario.SPEC.features) + 3)
    log = write(tmp_path / "log.jsonl", shop_lines(2.0, SEED, 0.05, 0.05, 0.02))
    for block in Recording([log]).blocks():
        for part in np.array_split(np.arange(len(block.columns)), len(block.columns) // EVERY + 1):
            columns = block.columns.where(np.isin(np.arange(len(block.columns)), part))
            memory.absorb("cart-events/0", scenario.accumulate(columns).grouped())
            sums += _told(memory, int(columns.time.max()) - 30_000)
        memory.forget(int(block.columns.time.max()))

    assert np.round(sums, 2).tolist() == SUMS
    assert _state(memory) == STATE


def _told(memory: StockMemory, watermark: int) -> np.ndarray:
    """Sums of the features, of the times spanned (s), of the ids judged, and the number of rows."""
    rows = memory.rows(watermark)
    if rows is None:
        return np.zeros(len(scenario.SPEC.features) + 3)
    spanned, ids = (rows.end - rows.start).sum() / 1000, sum(int(entity.id) for entity in rows.entities)
    return np.append(rows.values.sum(axis=0, dtype=np.float64), [spanned, ids, len(rows.start)])


def _state(memory: StockMemory) -> dict[str, float]:
    book = memory.book
    items = [item for _, item in sorted(book.items.items())]
    holdings: list[Holding] = [item.holdings[user] for item in items for user in sorted(item.holdings)]
    return {
        "open": sum(item.open for item in items),
        "stock": sum(item.stock for item in items),
        "top": sum(item.top for item in items),
        "record": sum(item.record for item in items),
        "added": round(sum(item.added.value for item in items), 3),
        "ordered": round(sum(item.ordered.value for item in items), 3),
        "holdings": len(holdings),
        "held": sum(holding.open for holding in holdings),
        "asked": sum(holding.requested for holding in holdings),
        "evidence": sum(offset for holding in holdings for _, offset, _ in holding.evidence),
        "cycled": round(sum(holding.cycled.value for holding in holdings), 3),
        "orders": sum(shopper.orders for shopper in book.shoppers.values()),
        "last_seen": sum(shopper.last_seen for shopper in book.shoppers.values()),
        "baskets": sum(shopper.record_products for shopper in book.shoppers.values()),
        "lines": round(book.sizes.total, 3),
        "watched": len(memory.watched) + len(memory.watched_users),
    }
