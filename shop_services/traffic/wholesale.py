"""Wholesalers: a few known customers with large orders in office hours, which they pay within minutes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from shop_services.traffic.actions import Actor, Entrance, Step
from shop_services.traffic.curve import DAY
from shop_services.traffic.market import Market
from shop_services.traffic.population import Population, Shopper
from shop_services.traffic.shopper import Pauses, order, put, registration

KNOWN = 4
LARGEST_SHARE = 0.18


def wholesalers(rng: Random, market: Market, population: Population, begin: float, end: float) -> Actor:
    """A few of them all along; each registers at the start and then orders on most working days."""
    for _ in range(KNOWN):
        shopper = population.newcomer()
        yield from registration(rng, shopper, begin)
        yield Entrance(begin + 60, _trade(rng, market, shopper, begin + 60, end))
        begin += 120


def _trade(rng: Random, market: Market, shopper: Shopper, begin: float, end: float) -> Actor:
    appetite = rng.uniform(0.05, LARGEST_SHARE)
    day = begin - begin % DAY
    while day < end:
        at = day + rng.uniform(8.5, 16.5) * 3600
        if begin < at < end and rng.random() < 0.8:
            yield Entrance(at, large_order(rng, market, shopper, at, appetite))
        day += DAY


def large_order(rng: Random, market: Market, shopper: Shopper, at: float, appetite: float) -> Iterator[Step]:
    """Four to fifteen products, of each up to `appetite` of its full stock, ordered within minutes."""
    clock = Pauses(rng, at)
    free = [p for p in market.products.values() if p.code not in market.held]
    for product in rng.sample(free, k=rng.randint(4, 15)):
        quantity = max(int(product.level * appetite * rng.uniform(0.3, 1.0)), 1)
        yield put(shopper, product, quantity, clock.next(20))
    yield order(market, shopper, clock.next(120))
