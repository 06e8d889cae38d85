"""What several scripts need: somebody to act, something to act on, a crowd that buys. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shop_services.traffic.actions import Actor, Entrance, Step, moment
from shop_services.traffic.assortment import Product
from shop_services.traffic.population import Shopper
from shop_services.traffic.script import Stage
from shop_services.traffic.shopper import forget_expired, order, pieces, put, registration, take_out


def a_product(stage: Stage, fits: Callable[[Product], bool] = lambda product: True) -> Product:
    """A product nobody else holds, the popular ones more often; it is held until `let_go`."""
    market = stage.market
    free = [p for p in market.products.values() if p.code not in market.held and market.stock[p.code] > 0]
    fitting = [p for p in free if fits(p)] or free
    (product,) = stage.rng.choices(fitting, [(p.weight + 1e-4) ** 0.5 for p in fitting])
    market.hold(product.code)
    return product


def somebody(stage: Stage, fresh: float = 0.5) -> tuple[Shopper, bool]:
    """A shopper, and whether they are new and must register (with probability `fresh`, or when nobody is idle)."""
    known = stage.world.population.visitor(stage.rng) if stage.rng.random() >= fresh else None
    return (known, False) if known else (stage.world.population.newcomer(), True)


def enter(stage: Stage, shopper: Shopper, is_new: bool, at: float) -> Iterator[Step]:
    """Register when new. What comes next should leave the shop a minute for it."""
    if is_new:
        yield from registration(stage.rng, shopper, at)


def purchase(stage: Stage, product: Product, quantity: int, at: float) -> Iterator[Step]:
    """Somebody buys one product, and only that, within a few minutes."""
    shopper, is_new = somebody(stage, fresh=0.15)
    for step in enter(stage, shopper, is_new, at):
        yield step
        at = step.at
    yield put(shopper, product, quantity, at + stage.rng.uniform(5, 20))
    yield order(stage.market, shopper, at + stage.rng.uniform(50, 120))
    stage.world.population.leave(shopper)


def crowd(stage: Stage, products: list[Product], count: int, begin: float, end: float) -> Actor:
    """`count` purchases of these products between two moments, a step each in order of time."""
    for at in stage.moments(count, begin, end):
        product = stage.rng.choice(products)
        yield Entrance(at, purchase(stage, product, pieces(stage.rng, product), at))


def give_up(stage: Stage, shopper: Shopper) -> Actor:
    """At the incident's end everything is taken out of the cart, unless the reservations have ended by themselves."""
    yield moment(stage.end)
    forget_expired(shopper, stage.end)
    at = stage.end
    for code in list(shopper.cart):
        yield take_out(shopper, code, at)
        at += stage.rng.uniform(1, 5)
    stage.world.population.leave(shopper)
