"""Situations of `price_exploit` and what only looks like them, staged in a recorded log at random size."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.training.situations_script import DAY, HOUR, MINUTE, Int64s, Script, Situation, Stage, in_order, without

ANNOUNCING = ("ProductAddedToWarehouse", "ProductUpdatedInWarehouse")
SELLING = ("ProductAddedToCart", "CartLineUpdated")
CURRENCIES = (0.0068, 0.012, 0.053, 0.13, 0.25, 0.74, 0.86, 1.17, 1.35, 7.8, 19.0, 83.0, 147.0)
FEWEST_SALES = 5  # of a product in the log, to be of use
FAR = 6.0  # a factor that no sale explains


class Deed(NamedTuple):
    """What is done to a price."""

    factor: float
    is_announced: bool
    is_told: bool  # the log announces prices at all
    is_varied: bool  # prices differ from customer to customer


@dataclass(eq=False, slots=True)
class Mispricing(Situation):
    """A situation with what was done."""

    deed: Deed = Deed(1.0, False, True, False)


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

    @cached_property
    def sold(self) -> Int64s:
        """Products sold often enough."""
        return np.array([p for p, rows in self._rows.items() if self._is_sale[rows].sum() >= FEWEST_SALES], np.int64)

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

    def reprice(
        self, product: int, begin: float, end: float, price: Callable[[NDArray[np.float64], Int64s], NDArray[np.float64]],
        *, announced: bool = False,
    ) -> None:  # fmt: skip
        """Give the sales (and announcements) of the span other prices: `price(old, pieces)`."""
        rows = self._rows.get(product, np.empty(0, np.int64))
        times = self.columns.time[rows]
        rows = rows[(times >= begin) & (times < end)]
        rows = rows if announced else rows[self._is_sale[rows]]
        self.prices[rows] = price(self.prices[rows], self.columns.quantity[rows])

    def announce(self, time: float, product: int, price: float) -> None:
        """The warehouse tells a price, if it ever does."""
        if self.is_told:
            self.script.say(ANNOUNCING[1], time, product, pieces=100, price=price)

    def sell(self, begin: float, end: float, product: int, count: int, price: Callable[[int], float]) -> None:
        """Further sales; `price(pieces)`."""
        for time in self.rng.uniform(begin, end, count).tolist():
            pieces = self.whole(1, 4)
            user = self.stranger() if self.chance(0.3) else int(self.rng.choice(self.lines.user))
            self.script.say("ProductAddedToCart", time, product, user, pieces, max(round(price(pieces), 4), 0.0))

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


def _wrong(stage: PriceStage, name: str, product: int, begin: int, deed: Deed, sales: int, lasting: float) -> None:
    """One product at a wrong factor from `begin` on."""
    usual, end = stage.usual(product, begin), begin + lasting
    _mark(stage, product, begin, end, usual, deed)
    stage.sell(begin + MINUTE, end, product, sales, lambda pieces: usual * deed.factor)
    stage.note(name, True, begin, end, [product], deed)


def _mark(stage: PriceStage, product: int, begin: int, end: float, usual: float, deed: Deed) -> None:
    cents = max(round(usual * deed.factor, 2), 0.01) if deed.factor > 0 else 0.0
    if deed.is_announced:
        stage.announce(begin, product, cents)
        stage.announce(end, product, stage.in_force(product, int(end)))
    price = cents if deed.is_announced else usual * deed.factor

    def new(old: NDArray[np.float64], _: Int64s) -> NDArray[np.float64]:
        return old * deed.factor if deed.is_varied else np.full(len(old), price)

    stage.reprice(product, begin, end, new, announced=deed.is_announced)


def free(stage: PriceStage) -> None:
    """A product costs nothing."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    _wrong(stage, "free", product, begin, stage.deed(0.0, stage.chance(0.5)), stage.whole(1, 12), lasting)


def one_cent(stage: PriceStage) -> None:
    """A product costs one cent."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, usual = stage.dear(lasting, 0.2)
    deed = stage.deed(0.01 / max(usual, 0.01), stage.chance(0.5))
    _wrong(stage, "one_cent", product, begin, deed, stage.whole(1, 12), lasting)


def shifted_decimal(stage: PriceStage) -> None:
    """A price's decimal point slipped."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, _ = stage.dear(lasting, 0.3)
    factor = float(stage.rng.choice((0.1, 0.1, 0.01, 10.0, 100.0)))
    _wrong(stage, "shifted_decimal", product, begin, stage.deed(factor, stage.chance(0.5)), stage.whole(1, 8), lasting)


def too_low(stage: PriceStage) -> None:
    """A price is a third to a half too low, unannounced, and demand is up several times."""
    lasting = stage.octaves(15, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    sales = stage.whole(10, 40) + int(stage.rate(product) * lasting / HOUR * stage.uniform(3, 8))
    _wrong(stage, "too_low", product, begin, stage.deed(stage.uniform(0.48, 0.68), False), min(sales, 150), lasting)


def cart_price(stage: PriceStage) -> None:
    """The cart's price is not the warehouse's."""
    lasting = stage.octaves(10, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    factor = stage.octaves(0.02, 0.85) if stage.chance(0.6) else stage.octaves(1.2, 12)
    _wrong(stage, "cart_price", product, begin, stage.deed(factor, False), stage.whole(2, 10), lasting)


def pack_price(stage: PriceStage) -> None:
    """A piece is sold at the price of a pack."""
    lasting = stage.octaves(10, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    deed = stage.deed(float(stage.rng.choice((6, 10, 12, 24, 50))), stage.chance(0.5))
    _wrong(stage, "pack_price", product, begin, deed, stage.whole(1, 6), lasting)


def times_pieces(stage: PriceStage) -> None:
    """The cart gives the line's price as the piece's."""
    lasting = stage.octaves(10, 120) * MINUTE
    begin, product, usual = stage.dear(lasting)
    end = begin + lasting
    stage.reprice(product, begin, end, lambda old, pieces: (old if stage.is_varied else usual) * pieces)
    stage.sell(begin, end, product, stage.whole(3, 12), lambda pieces: usual * pieces)
    stage.note("times_pieces", True, begin, end, [product], stage.deed(1.0, False))


def wrong_currency(stage: PriceStage) -> None:
    """A whole supplier's prices came in another currency."""
    lasting, begin = stage.octaves(20, 180) * MINUTE, stage.moment()
    factor = float(stage.rng.choice(CURRENCIES))
    is_announced = stage.chance(0.5) and not 1 / FAR < factor < FAR
    deed, products = stage.deed(factor, is_announced), []
    for product in stage.rng.choice(stage.sold, min(stage.whole(8, 40), len(stage.sold) // 4), replace=False).tolist():
        usual = stage.usual(product, begin)
        if usual >= 0.2 and stage.is_free(product, begin, begin + lasting):
            stage.occupy(product, begin, begin + lasting)
            _mark(stage, product, begin, begin + lasting, usual, deed)
            stage.sell(begin + MINUTE, begin + lasting, product, stage.whole(0, 3), lambda _, u=usual: u * factor)  # type: ignore[misc]
            products.append(product)
    stage.note("wrong_currency", True, begin, begin + lasting, products, deed)


def creeping(stage: PriceStage) -> None:
    """A price falls a few per cent every hour or so."""
    steps, keep = stage.whole(14, 50), stage.uniform(0.94, 0.98)
    pause = stage.octaves(0.4, 1.5) * HOUR
    begin, product, usual = stage.dear(steps * pause, 2.0)
    for step in range(steps):
        time, price = begin + step * pause, round(usual * keep ** (step + 1), 2)
        stage.announce(time, product, price)
        stage.reprice(
            product, time, time + pause, lambda old, _, p=price: np.full(len(old), p), announced=stage.is_told
        )  # type: ignore[misc]
        stage.sell(time + 1_000, time + pause, product, stage.whole(0, 2), lambda _, p=price: p)  # type: ignore[misc]
    end = begin + steps * pause
    stage.announce(end, product, stage.in_force(product, int(end)))
    stage.note("creeping", True, begin, end, [product], stage.deed(keep, True))


def marked_down(stage: PriceStage) -> None:
    """A price is lowered in a few small steps, by a third at most."""
    steps, keep = stage.whole(3, 9), stage.uniform(0.94, 0.98)
    pause = stage.octaves(1, 8) * HOUR
    begin, product, usual = stage.dear(steps * pause)
    for step in range(steps):
        time, price = begin + step * pause, round(usual * keep ** (step + 1), 2)
        stage.announce(time, product, price)
        stage.reprice(
            product, time, time + pause, lambda old, _, p=price: np.full(len(old), p), announced=stage.is_told
        )  # type: ignore[misc]
        stage.sell(time + 1_000, time + pause, product, stage.whole(1, 3), lambda _, p=price: p)  # type: ignore[misc]
    end = begin + steps * pause
    stage.announce(end, product, stage.in_force(product, int(end)))
    stage.note("marked_down", False, begin, end, [product], stage.deed(keep, True))


def announced_sale(stage: PriceStage) -> None:
    """20 to 80 % off some products, announced first; the old prices come back in the end."""
    lasting, begin = stage.octaves(2, 72) * HOUR, stage.moment()
    factor, crowd = stage.octaves(0.19, 0.85), stage.uniform(0.5, 6)
    count = min(int(stage.rng.choice((1, 1, 2, 6, 25))), len(stage.sold) // 4)
    _sale(stage, "announced_sale", begin, lasting, [factor] * count, crowd, is_announced=True)


def clearance(stage: PriceStage) -> None:
    """Where nothing is announced: many products go cheaply at once."""
    lasting, begin = stage.octaves(4, 96) * HOUR, stage.moment()
    count = int(len(stage.sold) * stage.uniform(0.12, 0.5))
    same = stage.chance(0.4)
    factors = np.full(count, stage.octaves(0.2, 0.8)) if same else stage.rng.uniform(0.2, 0.85, count)
    _sale(stage, "clearance", begin, lasting, factors.tolist(), stage.uniform(0, 2), is_announced=False)


def _sale(
    stage: PriceStage, name: str, begin: int, lasting: float, factors: list[float], crowd: float, *, is_announced: bool
) -> None:
    products, end = [], begin + lasting
    for product, factor in zip(
        stage.rng.choice(stage.sold, len(factors), replace=False).tolist(), factors, strict=True
    ):
        usual = stage.usual(product, begin)
        if stage.is_free(product, begin, end) and (not is_announced or stage.in_force(product, begin) >= 0.98 * usual):
            stage.occupy(product, begin, end)
            _mark(stage, product, begin, end, usual, stage.deed(factor, is_announced))
            price = max(round(usual * factor, 2), 0.01) if is_announced else usual * factor
            extra = min(int(stage.rate(product) * lasting / HOUR * crowd), 60)
            stage.sell(begin + MINUTE, end, product, extra, lambda _, p=price: p)  # type: ignore[misc]
            products.append(product)
    stage.note(name, False, begin, end, products, stage.deed(factors[0], is_announced))


def repriced(stage: PriceStage) -> None:
    """A new price for good, announced."""
    begin, product, usual = stage.dear(5 * DAY)
    deed = stage.deed(stage.octaves(0.25, 4), True)
    _mark(stage, product, begin, begin + 5 * DAY, usual, deed)
    stage.note("repriced", False, begin, begin + 5 * DAY, [product], deed)


def always_cents(stage: PriceStage) -> None:
    """Goods that have always cost cents, or little more, sell well; new ones too."""
    product, price, begin = stage.stranger(), round(stage.octaves(0.01, 0.09), 2), stage.moment()
    stage.announce(begin, product, price)
    stage.sell(begin + MINUTE, begin + 3 * DAY, product, stage.whole(5, 40), lambda _: price)
    at = begin + 2 * DAY
    stage.sell(at, at + HOUR, product, stage.whole(5, 30), lambda _: price)
    stage.note("always_cents", False, begin, begin + 3 * DAY, [product], stage.deed(1.0, True))


def quantity_price(stage: PriceStage) -> None:
    """A large customer of a shop with many prices gets one that nobody had before."""
    begin, product, usual = stage.dear(HOUR)
    factor = stage.octaves(0.4, 0.95)
    user = stage.stranger()
    for time in stage.rng.uniform(begin, begin + HOUR, stage.whole(1, 3)).tolist():
        stage.script.say("ProductAddedToCart", time, product, user, stage.whole(24, 400), round(usual * factor, 2))
    stage.note("quantity_price", False, begin, begin + HOUR, [product], stage.deed(factor, False))


Plan = dict[Callable[[PriceStage], None], int]
MISTAKES: Plan = {free: 16, one_cent: 14, shifted_decimal: 24, pack_price: 14, times_pieces: 14, wrong_currency: 6}
TOLD: Plan = MISTAKES | {
    too_low: 20,
    cart_price: 24,
    creeping: 12,
    announced_sale: 40,
    repriced: 15,
    always_cents: 10,
    marked_down: 15,
}
UNTOLD: Plan = MISTAKES | {
    too_low: 20,
    creeping: 8,
    marked_down: 10,
    clearance: 4,
    always_cents: 10,
    quantity_price: 25,
}


def stage_told(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log that announces prices; one that does not is made to."""
    told = columns if columns.is_any(*ANNOUNCING).any() else _announced(_one_price(columns))
    return _staged(PriceStage(told, rng, since), TOLD)


def stage_untold(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log with one price a product at a time that announces nothing."""
    told = columns.is_any(*ANNOUNCING).any()
    base = without(columns, ANNOUNCING) if told else _one_price(columns)
    return _staged(PriceStage(base, rng, since, is_told=False), UNTOLD)


def stage_varied(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log with several prices a product that announces nothing."""
    told = columns.is_any(*ANNOUNCING).any()
    base = _varied(without(columns, ANNOUNCING), rng) if told else columns
    return _staged(PriceStage(base, rng, since, is_told=False, is_varied=True), UNTOLD)


def _staged(stage: PriceStage, plan: Plan) -> tuple[Columns, list[Situation]]:
    stage.play(plan)
    return stage.result(replace(stage.columns, price=stage.prices)), stage.situations


def _one_price(columns: Columns) -> Columns:
    """Every product at the median of its prices."""
    rows = np.flatnonzero(columns.is_any(*SELLING))
    products, row = np.unique(columns.product[rows], return_inverse=True)
    order = np.argsort(row, kind="stable")
    parts = np.split(columns.price[rows][order], np.cumsum(np.bincount(row))[:-1])
    median = np.array([np.median(part) for part in parts]).round(2)
    price = columns.price.copy()
    price[rows] = median[row]
    return replace(columns, price=price)


def _announced(columns: Columns) -> Columns:
    """Every product announced at the price of its first sale, before everything else."""
    lines = columns.of(*SELLING)
    script = Script()
    products, first = np.unique(lines.product, return_index=True)
    for product, price in zip(products.tolist(), lines.price[first].tolist(), strict=True):
        script.say(ANNOUNCING[0], int(columns.time[0]), product, pieces=1_000, price=price)
    return in_order([script.columns(), columns])


def _varied(columns: Columns, rng: np.random.Generator) -> Columns:
    """Prices as in wholesale: one list for most, one dearer for some customers, a discount for many pieces."""
    rows = columns.is_any(*SELLING)
    dear = rng.uniform(1.3, 2.5)
    cheap = rng.uniform(0.7, 0.95)
    hashed = (columns.user * 7_919 + columns.product * 104_729) % 100
    factor = np.where(hashed < 12, dear, np.where((hashed > 70) | (columns.quantity >= 4), cheap, 1.0))
    return replace(columns, price=np.where(rows, np.round(columns.price * factor, 2), columns.price))
