"""Situations of `stock_exhaustion` and what only looks like them, staged in a recorded log at random size."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.columns import Columns
from models.training.situations_script import DAY, HOUR, MINUTE, Int64s, Script, Situation, Stage, in_order, without

STOCK_NAMES = ("ProductAddedToWarehouse", "ProductUpdatedInWarehouse")
ADDING = ("AddingProductToCartRequested", "ProductReservationCreated", "ProductAddedToCart")
REMOVING = ("ProductRemovedFromCart", "ProductReservationRemoved")
RESERVING = ("ProductReservationCreated", "ProductReservationRemoved", "ReservationMaterialized")
PATIENCE = (2 * MINUTE, 20 * MINUTE)  # what a wholesaler takes until the order


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
        times, pieces, is_level = self._events[product]
        until = int(np.searchsorted(times, time, "right"))
        levels = np.flatnonzero(is_level[:until])
        if not len(levels):
            return 0
        since = int(levels[-1])
        return max(int(pieces[since] - pieces[since + 1 : until].sum()), 0)


def with_stock(columns: Columns, rng: np.random.Generator) -> Columns:
    """The log as if its warehouse told stock levels: every other day, for one to six weeks' sales of every product."""
    lines = columns.of("ProductAddedToCart")
    script = Script()
    products, row = np.unique(lines.product, return_inverse=True)
    sold = np.bincount(row, lines.quantity)
    largest = np.zeros(len(products))
    np.maximum.at(largest, row, lines.quantity)
    first, last = int(columns.time[0]), int(columns.time[-1])
    weekly = sold * 7 * DAY / max(last - first, DAY)
    for time in range(first, last + 1, 2 * DAY):
        levels = np.maximum(
            weekly * np.exp2(rng.uniform(0, 2.6, len(products))), largest * rng.uniform(1.5, 4, len(products))
        )
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
        """The cart is ordered; `lines` are (product, pieces)."""
        self.script.say("OrderCreated", time, user=user)
        if "ReservationMaterialized" in self.names:
            for product, pieces in lines:
                self.script.say("ReservationMaterialized", time + 300, product, user, pieces)

    def customer(self, fresh: float) -> int:
        """Somebody of the log, or, with this probability, a stranger."""
        return self.stranger() if self.chance(fresh) else int(self.rng.choice(self.lines.user))

    def register(self, time: float, user: int) -> None:
        """An account is opened."""
        if "UserAccountCreated" in self.names:
            self.script.say("UserAccountCreated", time, user=user)

    def enough(self, lasting: float, least: int = 12) -> tuple[int, int, int]:
        """(begin, product, pieces in stock) with at least so many pieces."""
        for _ in range(30):
            begin, product = self.place(lasting, self.warehouse.stocked)
            if self.warehouse.at(product, begin) >= least:
                break
        return begin, product, max(self.warehouse.at(product, begin), 1)


def giant_add(stage: StockStage) -> None:
    """One user puts most of a product's stock, or more than there is, into the cart."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, stock = stage.enough(lasting)
    user, pieces = stage.customer(0.5), round(stock * stage.uniform(0.65, 1.3))
    stage.add(begin, product, user, max(pieces, 1), is_granted=pieces <= stock)
    stage.remove(begin + lasting, product, user)
    stage.situations.append(
        Situation("giant_add", True, begin, int(begin + lasting), frozenset({product}), user, pieces)
    )


def slow_drip(stage: StockStage) -> None:
    """One user takes a product's stock piece by piece."""
    lasting = stage.octaves(1.5, 8) * HOUR
    begin, product, stock = stage.enough(lasting, 30)
    user, adds = stage.customer(0.5), min(stage.whole(12, 60), stock)
    times = np.sort(stage.rng.uniform(begin, begin + lasting, adds)).tolist()
    for time in times:
        stage.add(time, product, user, max(round(stock * stage.uniform(0.85, 1.0) / adds), 1))
    stage.remove(begin + lasting, product, user)
    stage.situations.append(
        Situation("slow_drip", True, begin, int(begin + lasting), frozenset({product}), user, stock)
    )


def many_accounts(stage: StockStage) -> None:
    """Many fresh accounts take a few pieces each."""
    lasting = stage.octaves(10, 40) * MINUTE
    begin, product, stock = stage.enough(2 * lasting, 24)
    left = min(round(stock * stage.uniform(0.85, 1.0)), 600)
    while left > 0:
        user, pieces = stage.stranger(), min(stage.whole(1, 3), left)
        time = begin + stage.uniform(0, lasting)
        stage.register(time - stage.uniform(1, 20) * MINUTE, user)
        stage.add(time, product, user, pieces)
        stage.remove(begin + 2 * lasting, product, user)
        left -= pieces
    stage.situations.append(
        Situation("many_accounts", True, begin, int(begin + 2 * lasting), frozenset({product}), size=stock)
    )


def cycles(stage: StockStage) -> None:
    """One user removes and re-adds most of a product's stock again and again."""
    period, rounds = stage.uniform(5, 15) * MINUTE, stage.whole(3, 8)
    begin, product, stock = stage.enough(period * rounds)
    user, pieces = stage.customer(0.5), max(round(stock * stage.uniform(0.55, 0.97)), 1)
    for time in np.arange(rounds) * period + begin:
        stage.add(time, product, user, pieces)
        stage.remove(time + period * stage.uniform(0.3, 0.9), product, user)
    end = int(begin + period * rounds)
    stage.situations.append(Situation("cycles", True, begin, end, frozenset({product}), user, pieces))


def hoarder(stage: StockStage) -> None:
    """One user takes a quarter to a third of each of dozens of products."""
    count = min(stage.whole(25, 60), len(stage.warehouse.stocked) // 2)
    begin, user, taken = stage.moment(), stage.customer(0.5), []
    end = begin + stage.octaves(6, 120) * MINUTE
    for time in np.sort(stage.rng.uniform(begin, end, count)).tolist():
        product = int(stage.rng.choice(stage.warehouse.stocked))
        stock = stage.warehouse.at(product, int(time))
        if stock >= 12 and stage.is_free(product, begin, end):
            stage.occupy(product, begin, end)
            stage.add(time, product, user, round(stock * stage.uniform(0.24, 0.34)))
            stage.remove(end, product, user)
            taken.append(product)
    stage.situations.append(Situation("hoarder", True, begin, int(end), frozenset(taken), user))


def _bulk(stage: StockStage, user: int, begin: float, share: float, count: int) -> list[int]:
    """An order of up to `share` of the stock of each of some products, placed within minutes; the products."""
    lines, time = [], begin
    for product in stage.rng.choice(stage.warehouse.stocked, count, replace=False).tolist():
        pieces = round(stage.warehouse.at(product, int(begin)) * share * stage.uniform(0.5, 1.0))
        if pieces and stage.is_free(product, begin, begin + HOUR):
            time += stage.octaves(3, 60) * 1_000
            stage.add(time, product, user, pieces)
            lines.append((product, pieces))
    stage.order(time + stage.uniform(*PATIENCE), user, lines)
    return [product for product, _ in lines]


def known_wholesaler(stage: StockStage) -> None:
    """A customer who orders in bulk orders up to 1.3 times the largest order so far."""
    user, share, begin = stage.stranger(), stage.octaves(0.05, 0.4), stage.moment()
    for days in range(1, stage.whole(2, 5)):
        _bulk(stage, user, begin - days * DAY, share, 3)
    products = _bulk(stage, user, begin, share * stage.uniform(0.7, 1.3), stage.whole(1, 6))
    for product in products:
        stage.occupy(product, begin, begin + HOUR)
    stage.situations.append(Situation("known_wholesaler", False, begin, begin + HOUR, frozenset(products), user, share))


def new_wholesaler(stage: StockStage) -> None:
    """A new customer orders up to a fifth, or little more, of the stock of some products."""
    user, begin, share = stage.stranger(), stage.moment(), stage.uniform(0.08, 0.26)
    stage.register(begin - stage.uniform(1, 60) * MINUTE, user)
    products = _bulk(stage, user, begin, share, stage.whole(1, 12))
    for product in products:
        stage.occupy(product, begin, begin + HOUR)
    stage.situations.append(Situation("new_wholesaler", False, begin, begin + HOUR, frozenset(products), user, share))


def launch(stage: StockStage) -> None:
    """A new product sells out to hundreds, of whom most order within minutes."""
    begin, product, level = stage.moment(), stage.stranger(), stage.whole(60, 500)
    stage.script.say(STOCK_NAMES[0], begin, product, pieces=level)
    lasting, left = stage.octaves(20, 180) * MINUTE, level
    ordering, fresh = stage.uniform(0.45, 0.95), stage.uniform(0, 0.5)
    for time in np.sort(begin + lasting * stage.rng.beta(1, 2, level)).tolist():
        user, pieces = stage.customer(fresh), stage.whole(1, 3)
        left -= pieces
        if left < 0:
            break
        stage.register(time - 5 * MINUTE, user)
        stage.add(time, product, user, pieces)
        if stage.chance(ordering):
            stage.order(time + stage.octaves(0.5, 10) * MINUTE, user, [(product, pieces)])
    stage.situations.append(
        Situation("launch", False, begin, int(begin + 1.5 * lasting), frozenset({product}), size=level)
    )


def last_pieces(stage: StockStage) -> None:
    """The last pieces, or all pieces of something rare, go to one user, who may not order them."""
    begin, product = stage.place(3 * HOUR, stage.warehouse.stocked)
    pieces, user = stage.whole(1, 4), stage.customer(0.3)
    if stage.chance(0.3):
        product = stage.stranger()
    stage.script.say(STOCK_NAMES[1], begin, product, pieces=pieces)
    stage.add(begin + MINUTE, product, user, pieces)
    if stage.chance(0.6):
        stage.order(begin + stage.octaves(2, 30) * MINUTE, user, [(product, pieces)])
    stage.remove(begin + 3 * HOUR, product, user)
    stage.situations.append(
        Situation("last_pieces", False, begin, begin + 3 * HOUR, frozenset({product}), user, pieces)
    )


def forgotten_cart(stage: StockStage) -> None:
    """A cart with a good deal of a product is left alone for hours."""
    begin, product, stock = stage.enough(5 * HOUR)
    user = stage.customer(0.3)
    stage.add(begin, product, user, max(round(stock * stage.octaves(0.02, 0.2)), 1))
    stage.remove(begin + 5 * HOUR, product, user)
    stage.situations.append(Situation("forgotten_cart", False, begin, begin + 5 * HOUR, frozenset({product}), user))


def blind_giant(stage: StockStage) -> None:
    """An add far beyond every line of the log, where no stock is known; also of a product never sold before."""
    begin, product = stage.place(HOUR)
    product = stage.stranger() if stage.chance(0.4) else product
    user, pieces = stage.customer(0.5), round(_largest_line(stage, begin) * stage.octaves(3, 60))
    stage.add(begin, product, user, pieces)
    if stage.chance(0.5):
        stage.order(begin + stage.octaves(2, 30) * MINUTE, user, [(product, pieces)])
    stage.situations.append(Situation("blind_giant", True, begin, begin + HOUR, frozenset({product}), user, pieces))


def blind_bulk(stage: StockStage) -> None:
    """An order of up to 1.3 times the largest line so far, where no stock is known."""
    begin, product = stage.place(HOUR)
    product = stage.stranger() if stage.chance(0.3) else product
    user, pieces = stage.customer(0.5), round(_largest_line(stage, begin) * stage.octaves(0.2, 1.3))
    stage.add(begin, product, user, max(pieces, 1))
    stage.order(begin + stage.octaves(2, 30) * MINUTE, user, [(product, pieces)])
    stage.situations.append(Situation("blind_bulk", False, begin, begin + HOUR, frozenset({product}), user, pieces))


def _largest_line(stage: StockStage, before: int) -> int:
    lines = stage.lines
    return int(lines.quantity[: np.searchsorted(lines.time, before)].max(initial=1))


SIGHTED: dict[Callable[[StockStage], None], int] = {
    giant_add: 40, slow_drip: 25, many_accounts: 16, cycles: 20, hoarder: 8,
    known_wholesaler: 25, new_wholesaler: 25, launch: 8, last_pieces: 25, forgotten_cart: 30,
}  # fmt: skip
BLIND: dict[Callable[[StockStage], None], int] = {blind_giant: 30, blind_bulk: 30}


def stage_sighted(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log with stock levels, its own or made up, with every situation in it."""
    told = columns if columns.is_any(*STOCK_NAMES).any() else with_stock(columns, rng)
    return _staged(StockStage(told, rng, since), SIGHTED)


def stage_blind(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """The log of a producer that tells neither stock nor reservations."""
    return _staged(StockStage(without(columns, (*STOCK_NAMES, *RESERVING)), rng, since), BLIND)


def _staged(stage: StockStage, plan: dict[Callable[[StockStage], None], int]) -> tuple[Columns, list[Situation]]:
    stage.play(plan)
    return stage.result(), stage.situations
