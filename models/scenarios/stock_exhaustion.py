"""Is somebody emptying the warehouse without buying?

Who: a competitor, a scalper, a script with many accounts. They put pieces into carts, which reserves them, and never
order, so that nobody else can buy. Reservations and cart lines show it, and the order that does not come. Normal:
carts of a few pieces, ordered or emptied within minutes. What fools a detector: wholesalers, launches that sell out,
the last piece of something, and producers that tell neither stock nor reservations (then the sizes of all earlier
orders say what is giant).
"""

from typing import Any

import numpy as np

from models.columns import MISSING, Columns
from models.facts import EntityKind, Facts, Int64s, facts
from models.scenarios.line_sizes import from_prior
from models.scenarios.stock_book import StockBook
from models.scenarios.stock_features import FEATURES
from models.scenarios.stock_memory import StockMemory
from models.scenarios.stock_state import Tag
from models.spec import Policy, Scoring, Spec

MINUTE = 60_000  # ms

SPEC = Spec(
    stem="stock_exhaustion",
    algorithm="decision_tree",
    bucket_ms=1_000,
    features=FEATURES,
    unit="pieces",
    policy=Policy(resolve_after_ms=15 * MINUTE, pause_ms=30 * MINUTE),
    in_steps=True,
)

OF_PAIR = {
    "AddingProductToCartRequested": Tag.REQUESTED,
    "ProductReservationCreated": Tag.RESERVED,
    "ProductAddedToCart": Tag.CARTED,
    "CartLineUpdated": Tag.LINE,
    "ReservationMaterialized": Tag.MATERIALIZED,
    "CartLineRemoved": Tag.LINE_GONE,
    "ProductRemovedFromCart": Tag.TAKEN_OUT,
    "ProductReservationRemoved": Tag.FREED,
}
OF_USER = {
    "UserAccountCreated": Tag.REGISTERED,
    "UserCartCreated": Tag.CART,
    "OrderCreated": Tag.ORDERED,
}
OF_STOCK = {
    "ProductAddedToWarehouse": Tag.STOCK,
    "ProductUpdatedInWarehouse": Tag.STOCK,
}


def accumulate(columns: Columns) -> Facts:
    """One row for every event that says who holds, orders or releases what, or how much there is."""
    return Facts.concat([_of_pairs(columns), _of_users(columns), _of_stocks(columns)])


def new_memory(model: Scoring | None, extras: dict[str, Any]) -> StockMemory:
    """An empty memory; `extras["line_sizes"]` are the order lines of the training log by size."""
    return StockMemory(
        StockBook(from_prior(extras.get("line_sizes", []))),
        model,
        typical=extras.get("typical"),
    )


def _of_pairs(columns: Columns) -> Facts:
    rows = columns.where(columns.is_any(*OF_PAIR) & (columns.product != MISSING))
    holder = np.where(rows.user != MISSING, rows.user, -2 - rows.cart)
    rows, holder = rows.where(holder != -2 - MISSING), holder[holder != -2 - MISSING]
    return facts(
        EntityKind.PRODUCT, rows.product, rows.time, SPEC.bucket_ms, _tags(rows, OF_PAIR),
        key=holder, amount=rows.quantity, offset=rows.offset, event_id=rows.event_id,
    )  # fmt: skip


def _of_users(columns: Columns) -> Facts:
    rows = columns.where(columns.is_any(*OF_USER) & (columns.user != MISSING))
    return facts(
        EntityKind.USER, rows.user, rows.time, SPEC.bucket_ms, _tags(rows, OF_USER),
        key=np.maximum(rows.cart, 0), offset=rows.offset, event_id=rows.event_id,
    )  # fmt: skip


def _of_stocks(columns: Columns) -> Facts:
    rows = columns.where(columns.is_any(*OF_STOCK) & (columns.product != MISSING))
    return facts(
        EntityKind.PRODUCT, rows.product, rows.time, SPEC.bucket_ms, _tags(rows, OF_STOCK),
        key=rows.quantity, offset=rows.offset, event_id=rows.event_id,
    )  # fmt: skip


def _tags(rows: Columns, tags: dict[str, Tag]) -> Int64s:
    """(n,) the tag of each row."""
    tag = np.zeros(len(rows), np.int64)
    for name, value in tags.items():
        tag[rows.is_any(name)] = value
    return tag
