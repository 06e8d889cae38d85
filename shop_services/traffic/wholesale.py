"""Wholesalers: a few known customers with large orders in office hours, which they pay within minutes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from shop_services.traffic.actions import Actor, Entrance, Step
from shop_services.traffic.curve import DAY
from shop_services.traffic.market import Market
from shop_services.traffic.population import Population, Shopper
from shop_services.traffic.shopper import Pauses, order, put, registration

KNOWN = 4
LARGEST_SHARE = 0.18


@dataclass(frozen=True, slots=True)
class Wholesaler:
    """A customer who buys in bulk: of a product at most `appetite` of its full stock in one order."""

    shopper: Shopper
    appetite: float


def draw_wholesalers(rng: Random, population: Population) -> list[Wholesaler]:
    """The known ones of a shop."""
    return [Wholesaler(population.newcomer(), rng.uniform(0.05, LARGEST_SHARE)) for _ in range(KNOWN)]


def trading(rng: Random, market: Market, wholesaler: Wholesaler, begin: float, end: float) -> Actor:
    """One wholesaler all along: registers at the start, then orders on most days."""
    yield from registration(rng, wholesaler.shopper, begin)
    day = begin - begin % DAY
    while day < end:
        at = day + rng.uniform(8.5, 16.5) * 3600
        if begin + 600 < at < end and rng.random() < 0.8:
            yield Entrance(at, large_order(rng, market, wholesaler.shopper, at, wholesaler.appetite))
        day += DAY


def large_order(rng: Random, market: Market, shopper: Shopper, at: float, appetite: float) -> Iterator[Step]:
    """Four to fifteen products, of each up to `appetite` of its full stock, ordered within minutes."""
    clock = Pauses(rng, at)
    free = [p for p in market.products.values() if p.code not in market.held]
    for product in rng.sample(free, k=rng.randint(4, 15)):
        quantity = max(int(product.level * appetite * rng.uniform(0.3, 1.0)), 1)
        yield put(shopper, product, quantity, clock.next(20))
    yield order(market, shopper, clock.next(120))
