"""The shop that a seed stands for: catalogue, demand, customers, habits. Nothing here has happened yet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.catalogue import Products, draw_products
from tests.evaluation.curve import Curve, draw_curve
from tests.evaluation.messages import Int64s
from tests.evaluation.spans import DAY, HOUR, MINUTE

AHEAD_DAYS = 12  # how far beyond the training days the schedule reaches
SIZES = ((3_500, 7_000), (14_000, 24_000), (28_000, 48_000))  # messages a day; a seed's number says which


@dataclass(frozen=True, slots=True)
class Habits:
    """How shoppers and producers of this shop behave."""

    lines: float  # mean lines of a visit
    ordering: float  # share of visits that end in an order
    removing: float  # share of lines taken out again by hand
    updating: float  # share of lines that are added to once more
    registering: float  # share of visits that begin with a registration
    expiry: tuple[int, int]  # ms after the last activity when an abandoned cart is emptied
    names_user: bool  # cart events carry userId
    announces_start: bool  # the log begins with the catalogue and its stock
    oversells: bool  # the warehouse reserves more than it has
    has_levels: bool  # wholesale quantities are cheaper
    tells_arrival: bool  # every line says when it arrived


@dataclass(frozen=True, slots=True)
class Wholesaler:
    """A customer who orders much, again and again."""

    user: int
    products: Int64s  # what is usually bought
    share: float  # of a product's stock in one line
    every_days: float


@dataclass(frozen=True, slots=True)
class World:
    """One shop; product ids are indices plus 1."""

    seed: int
    days: int  # of training
    start: int  # ms, a midnight
    visits_a_day: float
    curve: Curve
    products: Products
    habits: Habits
    wholesalers: tuple[Wholesaler, ...]
    users: int  # accounts older than the log
    prices: "Prices"
    outages: tuple[tuple[str, int, int], ...]  # service, from, to: in the training days already

    @property
    def trained_until(self) -> int:
        """The end of the training days, ms."""
        return self.start + self.days * DAY


@dataclass(frozen=True, slots=True)
class Prices:
    """Announced prices; rows sorted by product and time."""

    product: Int64s  # (n,) index
    time: Int64s  # (n,) from then on
    price: NDArray[np.float64]  # (n,)

    def at(self, product: Int64s, time: Int64s) -> NDArray[np.float64]:
        """(m,) the price of each product at each time."""
        rows = np.searchsorted(_key(self.product, self.time), _key(product, time), side="right") - 1
        return self.price[rows]

    def between(self, begin: int, end: int) -> "Prices":
        """The changes in [begin, end)."""
        rows = (self.time >= begin) & (self.time < end)
        return Prices(self.product[rows], self.time[rows], self.price[rows])

    def changed(self, product: Int64s, time: Int64s, price: NDArray[np.float64]) -> "Prices":
        """With further changes."""
        rows = [np.concatenate(pair) for pair in ((self.product, product), (self.time, time))]
        order = np.argsort(_key(*rows), kind="stable")
        return Prices(rows[0][order], rows[1][order], np.concatenate([self.price, price])[order])


def _key(product: Int64s, time: Int64s) -> Int64s:
    return product.astype(np.int64) * 2**42 + time


def draw_world(seed: int, days: int) -> World:
    """The shop of a seed."""
    rng = np.random.default_rng([seed, 1])
    start = _midnight(rng)
    low, high = SIZES[seed % len(SIZES)]
    habits = draw_habits(rng)
    visits = float(np.exp(rng.uniform(np.log(low), np.log(high)))) / _messages_of_a_visit(habits)
    products = draw_products(rng, start, days + AHEAD_DAYS, visits * habits.lines)
    return World(
        seed=seed,
        days=days,
        start=start,
        visits_a_day=visits,
        curve=draw_curve(rng, start),
        products=products,
        habits=habits,
        wholesalers=_wholesalers(rng, products),
        users=int(visits * rng.uniform(4, 10)) + 400,
        prices=_prices(rng, products, start, days + AHEAD_DAYS),
        outages=_outages(rng, start, days) if seed % 2 == 0 else (),
    )


def _messages_of_a_visit(habits: Habits) -> float:
    lines = habits.lines * (6 + habits.removing * 2)
    return lines + habits.registering * 9 + habits.ordering * 6


def draw_habits(rng: np.random.Generator) -> Habits:
    """How people of one shop behave."""
    shortest = int(rng.uniform(20, 28) * MINUTE)
    return Habits(
        lines=rng.uniform(1.5, 3.2),
        ordering=rng.uniform(0.5, 0.8),
        removing=rng.uniform(0.03, 0.12),
        updating=rng.uniform(0.01, 0.06),
        registering=rng.uniform(0.05, 0.14),
        expiry=(shortest, int(shortest + rng.uniform(2, 12) * MINUTE)),
        names_user=rng.random() > 0.15,
        announces_start=rng.random() < 0.75,
        oversells=rng.random() < 0.25,
        has_levels=rng.random() < 0.35,
        tells_arrival=rng.random() < 0.4,
    )


def _midnight(rng: np.random.Generator) -> int:
    day = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 500)))
    return int(day.timestamp() * 1000)


def _wholesalers(rng: np.random.Generator, products: Products) -> tuple[Wholesaler, ...]:
    sold = np.flatnonzero((products.weight > 0) & (products.since <= products.since.min()))
    return tuple(
        Wholesaler(
            user=1 + number,
            products=rng.choice(sold, min(len(sold), int(rng.integers(6, 40))), replace=False),
            share=rng.uniform(0.03, 0.2),
            every_days=rng.uniform(0.7, 4.0),
        )
        for number in range(int(rng.integers(2, 9)))
    )


def _prices(rng: np.random.Generator, products: Products, start: int, days: int) -> Prices:
    """First prices, small announced changes, and a few announced sales with their ends."""
    count = len(products.price)
    first = Prices(np.arange(count), np.zeros(count, np.int64), products.price)
    changes = rng.poisson(count * days * rng.uniform(0.002, 0.01))
    product, time = rng.integers(0, count, changes), start + rng.integers(6 * HOUR, days * DAY, changes)
    level = np.maximum(np.round(products.price[product] * rng.uniform(0.9, 1.12, changes), 2), 0.01)
    prices = first.changed(product, time, level)
    for _ in range(int(rng.integers(0, 4))):
        chosen = rng.choice(count, max(1, int(count * rng.uniform(0.02, 0.2))), replace=False)
        begin = start + int(rng.integers(1, days - 4)) * DAY + int(rng.integers(6, 12)) * HOUR
        prices = on_sale(prices, chosen, begin, begin + int(rng.integers(1, 4)) * DAY, rng.uniform(0.5, 0.85))
    return prices


def on_sale(prices: Prices, chosen: Int64s, begin: int, end: int, factor: float) -> Prices:
    """The chosen products cheaper by a factor for a while."""
    before = prices.at(chosen, np.full(len(chosen), begin, np.int64))
    low = np.maximum(np.round(before * factor, 2), 0.01)
    spread = np.arange(len(chosen)) * 250
    return prices.changed(chosen, begin + spread, low).changed(chosen, end + spread, before)


def _outages(rng: np.random.Generator, start: int, days: int) -> tuple[tuple[str, int, int], ...]:
    """One or two stops of a service in the evenings of the training days."""
    services = ("order-service", "cart-service", "notification-service", "warehouse-service")
    found = []
    for day in rng.choice(np.arange(3, days - 1), int(rng.integers(1, 3)), replace=False).tolist():
        begin = start + day * DAY + int(rng.uniform(18.5, 21.0) * HOUR)
        found.append((str(rng.choice(services)), begin, begin + int(rng.uniform(20, 90) * MINUTE)))
    return tuple(found)
