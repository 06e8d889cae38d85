"""What the shop sells: prices over four orders of magnitude, a long tail, new products every day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s
from tests.evaluation.spans import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Products:
    """p products; ids are indices plus 1."""

    price: NDArray[np.float64]  # (p,) first price
    weight: NDArray[np.float64]  # (p,) popularity; 0: nobody has bought it, ever
    since: Int64s  # (p,) ms, on sale from then on; the log's start for those that are older
    stock: Int64s  # (p,) pieces at first, and what a delivery fills up to
    supplier: Int64s  # (p,)
    pieces: NDArray[np.float64]  # (p,) mean pieces of a line


def draw_products(rng: np.random.Generator, start: int, days: int, lines_a_day: float) -> Products:
    """The catalogue, with those to come in `days`."""
    older = int(np.exp(rng.uniform(np.log(80), np.log(800))))
    new = rng.poisson(rng.uniform(0.3, 4.0), days)
    count = older + int(new.sum())
    price = _prices(rng, count)
    weight = _weights(rng, count)
    weight[rng.choice(older, max(3, older // 15), replace=False)] = 0.0
    pieces = np.clip(1 + rng.exponential(0.6, count) + (price < 0.5) * rng.uniform(2, 12, count), 1, 20)
    demand = weight / weight.sum() * lines_a_day * pieces
    return Products(
        price=price,
        weight=weight,
        since=np.concatenate([np.full(older, start, np.int64), _arrivals(rng, start, new)]),
        stock=np.ceil(demand * rng.uniform(5, 15, count) + rng.integers(10, 70, count)).astype(np.int64),
        supplier=rng.integers(0, max(3, older // 40), count),
        pieces=pieces,
    )


def _prices(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    price = np.exp(rng.normal(np.log(rng.uniform(6, 30)), rng.uniform(1.0, 1.7), count))
    cents = rng.random(count) < rng.uniform(0.02, 0.08)
    price[cents] = rng.uniform(0.02, 0.3, int(cents.sum()))
    return np.round(np.clip(price, 0.05, 6_000), 2)


def _weights(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    rank = rng.permutation(count) + 1.0
    return np.asarray((rank + 3) ** -rng.uniform(0.7, 1.15), np.float64)


def _arrivals(rng: np.random.Generator, start: int, new: Int64s) -> Int64s:
    day = np.repeat(np.arange(len(new)), new)
    return start + day * DAY + rng.integers(7 * HOUR, 18 * HOUR, len(day))
