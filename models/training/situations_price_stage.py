"""A recorded log whose prices can be changed, to stage situations of `price_exploit` in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.training.situations_script import HOUR, Int64s, Situation, Stage

ANNOUNCING = ("ProductAddedToWarehouse", "ProductUpdatedInWarehouse")
SELLING = ("ProductAddedToCart", "CartLineUpdated")
FEWEST_SALES = 8  # of a product before anything is staged with it


Pricing = Callable[[NDArray[np.float64], Int64s], NDArray[np.float64]]  # (old prices, pieces) to new prices


class Deed(NamedTuple):
    """What is done to a price."""

    factor: float
    is_announced: bool
    is_told: bool  # the log announces prices at all
    is_varied: bool  # prices differ from customer to customer


ORDINARY = Deed(1.0, is_announced=False, is_told=True, is_varied=False)


@dataclass(eq=False, slots=True)
class Mispricing(Situation):
    """A situation with what was done."""

    deed: Deed = ORDINARY


@dataclass(eq=False)
class PriceStage(Stage):
    """A log whose prices can be changed."""

    is_told: bool = True
    is_varied: bool = False

    @cached_property
    def prices(self) -> NDArray[np.float64]:
        """(n,) the log's prices, to be changed in place."""
        return self.columns.price.copy()

    @cached_property
    def _rows(self) -> dict[int, Int64s]:
        """Rows with a price, in order of time, by product."""
        rows = np.flatnonzero(self.columns.is_any(*SELLING, *ANNOUNCING))
        order = rows[np.argsort(self.columns.product[rows], kind="stable")]
        products, starts = np.unique(self.columns.product[order], return_index=True)
        return dict(zip(products.tolist(), np.split(order, starts[1:]), strict=True))

    @cached_property
    def _is_sale(self) -> NDArray[np.bool_]:
        return self.columns.is_any(*SELLING)

    def sales_between(self, begin: float, end: float) -> Int64s:
        """Rows of the sales of a span."""
        return np.flatnonzero(self._is_sale & (self.columns.time >= begin) & (self.columns.time < end))

    @cached_property
    def sold(self) -> Int64s:
        """Products sold often enough."""
        return np.array([p for p, rows in self._rows.items() if self._is_sale[rows].sum() >= FEWEST_SALES], np.int64)

    def is_free(self, product: int, begin: float, end: float) -> bool:
        """Also: the product has a history by then. Without one, the mistake would be its history."""
        rows = self._rows[product]
        known = self._is_sale[rows[: np.searchsorted(self.columns.time[rows], begin)]].sum()
        return bool(known >= FEWEST_SALES) and Stage.is_free(self, product, begin, end)

    def usual(self, product: int, time: int) -> float:
        """The median of the product's prices so far."""
        rows = self._rows[product]
        before = rows[: np.searchsorted(self.columns.time[rows], time)]
        return float(np.median(self.columns.price[before if len(before) else rows]))

    def in_force(self, product: int, time: int) -> float:
        """The latest price so far, announced or paid."""
        rows = self._rows[product]
        until = max(int(np.searchsorted(self.columns.time[rows], time)), 1)
        return float(self.columns.price[rows[until - 1]])

    def rate(self, product: int) -> float:
        """Sales an hour."""
        rows = self._rows[product]
        first, last = int(self.columns.time[0]), int(self.columns.time[-1])
        return float(self._is_sale[rows].sum()) * HOUR / max(last - first, HOUR)

    def reprice(self, product: int, begin: float, end: float, price: Pricing, *, announced: bool = False) -> None:
        """Give the sales (and announcements) of the span other prices: `price(old, pieces)`."""
        rows = self._rows.get(product, np.empty(0, np.int64))
        times = self.columns.time[rows]
        rows = rows[(times >= begin) & (times < end)]
        rows = rows if announced else rows[self._is_sale[rows]]
        self.prices[rows] = price(self.prices[rows], self.columns.quantity[rows])

    def set_price(self, product: int, begin: float, end: float, price: float) -> None:
        """Sales of the span, and announcements, get one price."""
        self.reprice(product, begin, end, lambda old, _: np.full(len(old), price), announced=self.is_told)

    def announce(self, time: float, product: int, price: float) -> None:
        """The warehouse tells a price, if it ever does."""
        if self.is_told:
            self.script.say(ANNOUNCING[1], time, product, pieces=100, price=price)

    def sell(
        self, begin: float, end: float, product: int, count: int, price: float, *, is_multiplied: bool = False
    ) -> None:
        """Further sales; `is_multiplied`: the price is given times the pieces."""
        for time in self.rng.uniform(begin, end, count).tolist():
            pieces = self.whole(1, 4)
            user = self.stranger() if self.chance(0.3) else int(self.rng.choice(self.shoppers))
            asked = max(round(price * pieces if is_multiplied else price, 4), 0.0)
            self.script.say("ProductAddedToCart", time, product, user, pieces, asked)

    def dear(self, lasting: float, least: float = 0.0) -> tuple[int, int, float]:
        """(begin, product, usual price) of a product that costs at least so much, where the log has one."""
        for _ in range(30):
            begin, product = self.place(lasting, self.sold)
            usual = self.usual(product, begin)
            if usual >= least and (self.is_varied or abs(self.in_force(product, begin) - usual) <= 0.02 * usual):
                break
        return begin, product, self.usual(product, begin)

    def note(self, name: str, is_anomaly: bool, begin: float, end: float, products: list[int], deed: Deed) -> None:
        """Write down what was staged."""
        self.situations.append(
            Mispricing(name, is_anomaly, int(begin), int(end), frozenset(products), size=deed.factor, deed=deed)
        )

    def deed(self, factor: float, is_announced: bool) -> Deed:
        """What is done, in this log."""
        return Deed(factor, is_announced and self.is_told, self.is_told, self.is_varied)


def mark(stage: PriceStage, product: int, begin: int, end: float, usual: float, deed: Deed) -> None:
    cents = max(round(usual * deed.factor, 2), 0.01) if deed.factor > 0 else 0.0
    if deed.is_announced:
        stage.announce(begin, product, cents)
        stage.announce(end, product, stage.in_force(product, int(end)))
    price = cents if deed.is_announced else usual * deed.factor

    def new(old: NDArray[np.float64], _: Int64s) -> NDArray[np.float64]:
        return old * deed.factor if deed.is_varied else np.full(len(old), price)

    stage.reprice(product, begin, end, new, announced=deed.is_announced)
