"""A recorded log with a warehouse, its own or made up, to stage situations of `stock_exhaustion` in."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.columns import Columns
from models.training.situations_script import DAY, Int64s, Script, Stage, in_order

STOCK_NAMES = ("ProductAddedToWarehouse", "ProductUpdatedInWarehouse")
ADDING = ("AddingProductToCartRequested", "ProductReservationCreated", "ProductAddedToCart")
REMOVING = ("ProductRemovedFromCart", "ProductReservationRemoved")
RESTOCKED_MS = 1_000  # after an order
RESERVING = ("ProductReservationCreated", "ProductReservationRemoved", "ReservationMaterialized")


@dataclass(eq=False)
class Warehouse:
    """Stock levels as a log tells them."""

    columns: Columns

    @cached_property
    def _events(self) -> dict[int, tuple[Int64s, Int64s, Int64s]]:
        """By product: time, quantity and whether it is a level (1) or what left (0)."""
        rows = self.columns.of(*STOCK_NAMES, "ReservationMaterialized")
        is_level = rows.is_any(*STOCK_NAMES).astype(np.int64)
        order = np.lexsort((rows.time, rows.product))
        products, starts = np.unique(rows.product[order], return_index=True)
        parts = np.split(order, starts[1:])
        pairs = zip(products.tolist(), parts, strict=True)
        return {product: (rows.time[part], rows.quantity[part], is_level[part]) for product, part in pairs}

    @cached_property
    def stocked(self) -> Int64s:
        """Products whose stock is told and worth taking."""
        return np.array([product for product in self._events if self._most(product) >= 12], np.int64)

    def _most(self, product: int) -> int:
        _, pieces, is_level = self._events[product]
        return int(np.max(pieces * is_level, initial=0))

    def at(self, product: int, time: int) -> int:
        """Pieces in stock; 0 before anything was told."""
        if product not in self._events:
            return 0
        times, pieces, is_level = self._events[product]
        until = int(np.searchsorted(times, time, "right"))
        levels = np.flatnonzero(is_level[:until])
        if not len(levels):
            return 0
        since = int(levels[-1])
        return max(int(pieces[since] - pieces[since + 1 : until].sum()), 0)


def tells_stock(columns: Columns) -> bool:
    """Whether the stock of most products that are sold is told within the first third of the log."""
    early = columns.time < columns.time[0] + (columns.time[-1] - columns.time[0]) / 3
    told = np.unique(columns.where(early & columns.is_any(*STOCK_NAMES)).product)
    sold = np.unique(columns.of("ProductAddedToCart").product)
    return bool(2 * np.isin(sold, told).sum() >= len(sold))


def with_stock(columns: Columns, rng: np.random.Generator) -> Columns:
    """The log as if its warehouse told all stock levels, every other day, for one to six weeks' sales."""
    lines = columns.of("ProductAddedToCart")
    script = Script()
    products, row = np.unique(lines.product, return_inverse=True)
    sold = np.bincount(row, lines.quantity)
    largest = np.zeros(len(products))
    np.maximum.at(largest, row, lines.quantity)
    large = float(np.quantile(lines.quantity, 0.99))
    first, last = int(columns.time[0]), int(columns.time[-1])
    weekly = sold * 7 * DAY / max(last - first, DAY)
    least = np.maximum(largest * rng.uniform(1.5, 4, len(products)), large * rng.uniform(0.5, 4, len(products)))
    usual = np.maximum(weekly * np.exp2(rng.uniform(0, 2.6, len(products))), least)
    for time in range(first, last + 1, 2 * DAY):
        levels = usual * rng.uniform(0.8, 1.2, len(products))
        for product, level in zip(products.tolist(), levels.tolist(), strict=True):
            script.say(STOCK_NAMES[1], time, product, pieces=max(int(level), 3))
    return in_order([script.columns(), columns])


class StockStage(Stage):
    """A log with a warehouse."""

    @cached_property
    def warehouse(self) -> Warehouse:
        """Its stock levels."""
        return Warehouse(self.columns)

    def add(self, time: float, product: int, user: int, pieces: int, *, is_granted: bool = True) -> None:
        """A user puts pieces into the cart, in the words the log uses."""
        for step, name in enumerate(ADDING):
            if name in self.names and (is_granted or step == 0):
                self.script.say(name, time + 120 * step, product, user, pieces, 1.0)

    def remove(self, time: float, product: int, user: int) -> None:
        """And takes them out again."""
        for name in REMOVING:
            if name in self.names:
                self.script.say(name, time, product, user)

    def order(self, time: float, user: int, lines: list[tuple[int, int]]) -> None:
        """The cart is ordered; `lines` are (product, pieces).

        What leaves is filled up again, so that the stock stays as the log tells it, whatever is staged later.
        """
        self.script.say("OrderCreated", time, user=user)
        for product, pieces in lines:
            if "ReservationMaterialized" in self.names:
                self.script.say("ReservationMaterialized", time + 300, product, user, pieces)
            if not self.names.isdisjoint(STOCK_NAMES) and (level := self.warehouse.at(product, int(time))):
                self.script.say(STOCK_NAMES[1], time + RESTOCKED_MS, product, pieces=level)

    def customer(self, fresh: float) -> int:
        """Somebody of the log, or, with this probability, a stranger."""
        return self.stranger() if self.chance(fresh) else int(self.rng.choice(self.shoppers))

    def register(self, time: float, user: int) -> None:
        """An account is opened."""
        if "UserAccountCreated" in self.names:
            self.script.say("UserAccountCreated", time, user=user)

    def enough(self, lasting: float, least: int = 20, most: int = 10**9) -> tuple[int, int, int]:
        """(begin, product, pieces in stock) with so many pieces, if the log has such a product."""
        for _ in range(30):
            begin, product = self.place(lasting, self.warehouse.stocked)
            if least <= self.warehouse.at(product, begin) <= most:
                break
        return begin, product, max(self.warehouse.at(product, begin), 1)

    def largest_line(self, before: int) -> int:
        """Pieces of the largest cart line before a time."""
        return int(self.lines.quantity[: np.searchsorted(self.lines.time, before)].max(initial=1))
