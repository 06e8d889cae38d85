"""Two days of the simulated shop through the memory of `stock_exhaustion`, held against figures taken once.

They are those of the path that was written for speed; a slower one gave the same, but for the times that rows span.
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
    42.42,
    -17.71,
    -16.02,
    -18.0,
    1131.01,
    -3103.49,
    13715.58,
    -9224.0,
    39.46,
    11.92,
    -9224.0,
    722658.03,
    1454213.0,
    9224.0,
]
STATE = {
    "open": 57,
    "stock": 49183,
    "top": 76204,
    "record": 2268,
    "added": 1028.292,
    "ordered": 881.231,
    "holdings": 484,
    "held": 57,
    "asked": 54,
    "evidence": 33215918,
    "cycled": 959.534,
    "orders": 2667,
    "last_seen": 1275938741762152,
    "baskets": 37,
    "lines": 5234.0,
    "watched": 0,
}


def test_rows_and_state_are_what_they_were(tmp_path: Path) -> None:
    memory, sums = scenario.new_memory(None, {}), np.zeros(len(scenario.SPEC.features) + 3)
    log = write(tmp_path / "log.jsonl", shop_lines(2.0, SEED, 0.05, 0.0, 0.02))
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
