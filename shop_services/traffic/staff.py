"""What the shop's own people do: reorder, list new products, announce sales. Actors of the timeline. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from shop_services.traffic.actions import Actor, Entrance, Step, moment
from shop_services.traffic.assortment import draw_product
from shop_services.traffic.curve import DAY
from shop_services.traffic.market import Market

REORDER_BELOW = 0.55
ROUND_SECONDS = 900.0


def restocking(rng: Random, market: Market, begin: float, end: float) -> Actor:
    """Every quarter of an hour whatever fell below half its level is filled up, a product every few seconds."""
    at = begin + rng.uniform(0, ROUND_SECONDS)
    while at < end:
        yield moment(at)
        for offset, code in enumerate(_running_low(market)):
            product = market.products[code]
            missing = product.level - market.stock[code]
            yield Step(at + 7.0 * offset, market.stocking(product, missing))
        at += ROUND_SECONDS


def _running_low(market: Market) -> list[str]:
    low = (p.code for p in market.products.values() if market.stock[p.code] < REORDER_BELOW * p.level)
    return [code for code in low if code not in market.held][:40]


def novelties(rng: Random, market: Market, begin: float, end: float, pieces_per_day: float) -> Actor:
    """New products, about two a day in office hours; one in four draws a crowd."""
    for at in _office_moments(rng, begin, end, per_day=2.0):
        yield moment(at)
        weight = rng.choice((0.2, 0.5, 1.0, 4.0)) / len(market.products)
        product = draw_product(rng, market.next_number(), weight, pieces_per_day)
        product.level = max(product.level, 60)
        market.enlist(product)
        yield Step(at, market.stocking(product, product.level))


def sales(rng: Random, market: Market, begin: float, end: float) -> Actor:
    """Announced sales, one in two days or so: the price is cut first, demand follows, and in the evening it is over."""
    for at in _office_moments(rng, begin, end, per_day=0.5):
        codes = rng.sample(sorted(market.products), k=rng.choice((1, 1, 3, 8, 25)))
        sale = Sale(rng.uniform(0.3, 0.85), rng.uniform(1.2, 4.0), at, at + rng.uniform(4, 30) * 3600)
        yield Entrance(at, hold_sale(market, codes, sale))


@dataclass(frozen=True, slots=True)
class Sale:
    """Products at `cut` times their price from `begin` to `end` (shop seconds), wanted `crowd` times as much."""

    cut: float
    crowd: float
    begin: float
    end: float


def hold_sale(market: Market, codes: list[str], sale: Sale) -> Actor:
    """Cut prices, draw the crowd, and put the old prices back. Products that others hold are left out."""
    products = [market.products[code] for code in codes if code not in market.held]
    for offset, product in enumerate(products):
        market.hold(product.code)
        missing = max(product.level - market.stock[product.code], 0)
        price = round(max(product.price * sale.cut, 0.01), 2)
        yield Step(sale.begin + 5.0 * offset, market.stocking(product, missing, price))
        market.boost(product.code, sale.crowd)
    yield moment(max(sale.end, sale.begin + 5.0 * len(products)))
    for offset, product in enumerate(products):
        market.boost(product.code, 1.0)
        market.release(product.code)
        yield Step(sale.end + 5.0 * offset, market.stocking(product, 0))


def _office_moments(rng: Random, begin: float, end: float, per_day: float) -> Iterator[float]:
    at = begin
    while True:
        at += rng.expovariate(per_day / DAY)
        if at >= end:
            return
        at += max(0.0, 8 * 3600 - at % DAY)  # before eight o'clock nobody is in
        yield at
