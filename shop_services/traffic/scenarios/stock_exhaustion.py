"""Somebody empties the warehouse without buying.

Who: a competitor, a scalper, a bored script. How: pieces are put into carts, which reserves them, and never ordered, so
that nobody else can buy. The reservations and their missing orders show it. Normal: carts of a few pieces, most ordered
or emptied within minutes. What fools a detector: wholesalers, launches that sell out, the last piece of something.
"""

from __future__ import annotations

from shop_services.traffic.actions import Actor, Entrance, Step, moment
from shop_services.traffic.assortment import Product, draw_product
from shop_services.traffic.cast import a_product, crowd, enter, give_up, purchase, somebody
from shop_services.traffic.population import Shopper
from shop_services.traffic.script import Stage, Variant
from shop_services.traffic.shopper import RESERVED_SECONDS, put, take_out
from shop_services.traffic.wholesale import large_order
from shop_services.traffic.world import PIECES_PER_DAY

SETTLING_SECONDS = 240.0  # who is new must register and activate first


def _enough(product: Product) -> bool:
    return product.level >= 30


def _giant_add(stage: Stage) -> Actor:
    product = a_product(stage, _enough)
    stage.incident.subject = product.code
    shopper, is_new = somebody(stage, fresh=stage.draw("fresh", 0.5, 0.5))
    yield from enter(stage, shopper, is_new, stage.begin)
    share = stage.draw("share", 0.9, 1.0 if stage.rng.random() < 0.7 else 1.2)
    quantity = max(round(stage.market.stock[product.code] * share), 1)
    yield put(shopper, product, quantity, stage.begin + SETTLING_SECONDS)
    stage.incident.end = min(stage.end, stage.begin + SETTLING_SECONDS + RESERVED_SECONDS)
    yield from _afterwards(stage, [shopper], [product])


def _slow_drip(stage: Stage) -> Actor:
    product = a_product(stage, _enough)
    stage.incident.subject = product.code
    shopper, is_new = somebody(stage)
    yield from enter(stage, shopper, is_new, stage.begin)
    goal = stage.market.stock[product.code] * stage.draw("share", 0.85, 1.0)
    adds = stage.moments(stage.rng.randint(25, 70), stage.begin + SETTLING_SECONDS, stage.end - 900)
    for taken, at in enumerate(adds):
        quantity = round(goal * (taken + 1) / len(adds)) - shopper.cart.get(product.code, 0)
        if quantity > 0:
            yield put(shopper, product, quantity, at)
    yield from _afterwards(stage, [shopper], [product])


def _many_accounts(stage: Stage) -> Actor:
    product = a_product(stage, lambda p: 30 <= stage.market.stock[p.code] <= 160)
    stage.incident.subject = product.code
    left = round(min(stage.market.stock[product.code], 400) * stage.draw("share", 0.85, 1.0))
    spread = stage.draw("spread", 500, 1500)
    gap, at = spread / (left / 2), stage.begin
    stage.incident.end = stage.begin + spread / 2 + RESERVED_SECONDS
    while left > 0:
        quantity = min(stage.rng.randint(1, 3), left)
        left -= quantity
        yield Entrance(at, _one_of_many(stage, product, quantity, at))
        at += stage.rng.expovariate(1 / gap)
    yield from _afterwards(stage, [], [product])


def _one_of_many(stage: Stage, product: Product, quantity: int, at: float) -> Actor:
    shopper = stage.world.population.newcomer()
    for step in enter(stage, shopper, True, at):
        yield step
        at = step.at
    yield put(shopper, product, quantity, at + stage.rng.uniform(10, 60))
    stage.world.population.leave(shopper)


def _cycles(stage: Stage) -> Actor:
    product = a_product(stage, _enough)
    stage.incident.subject = product.code
    shopper, is_new = somebody(stage)
    yield from enter(stage, shopper, is_new, stage.begin)
    share, period = stage.draw("share", 0.6, 0.95), stage.draw("period", 480, 720)
    at = stage.begin + SETTLING_SECONDS
    while at + period < stage.end:
        quantity = max(round(stage.market.stock[product.code] * share), 1)
        yield put(shopper, product, quantity, at)
        yield take_out(shopper, product.code, at + period * stage.rng.uniform(0.6, 0.9))
        at += period
    yield from _afterwards(stage, [shopper], [product])


def _hoarder(stage: Stage) -> Actor:
    shopper, is_new = somebody(stage)
    stage.incident.subject = shopper.number
    yield from enter(stage, shopper, is_new, stage.begin)
    at, taken = stage.begin + SETTLING_SECONDS, []
    for _ in range(stage.rng.randint(30, 60)):
        product = a_product(stage)
        taken.append(product)
        quantity = round(stage.market.stock[product.code] * stage.rng.uniform(0.25, 0.34))
        yield put(shopper, product, max(quantity, 1), at)
        at += stage.rng.uniform(8, 40)
    yield from _afterwards(stage, [shopper], taken)


def _afterwards(stage: Stage, shoppers: list[Shopper], products: list[Product]) -> Actor:
    """At the end what is still held is given up, and staff look after the products again."""
    yield moment(stage.end)
    for shopper in shoppers:
        yield from give_up(stage, shopper)
    for product in products:
        stage.market.release(product.code)


def _known_wholesaler(stage: Stage) -> Actor:
    known = stage.rng.choice(stage.world.wholesalers)
    stage.incident.subject = known.shopper.number
    yield from large_order(stage.rng, stage.market, known.shopper, stage.begin, 1.3 * known.appetite)


def _new_wholesaler(stage: Stage) -> Actor:
    shopper, is_new = somebody(stage, fresh=1.0)
    stage.incident.subject = shopper.number
    yield from enter(stage, shopper, is_new, stage.begin)
    yield from large_order(stage.rng, stage.market, shopper, stage.begin + SETTLING_SECONDS, 0.2)


def _launch(stage: Stage) -> Actor:
    market = stage.market
    product = draw_product(stage.rng, market.next_number(), 0.0, PIECES_PER_DAY)
    product.level = stage.rng.randint(150, 400)
    market.enlist(product)
    market.hold(product.code)
    stage.incident.subject = product.code
    yield Step(stage.begin, market.stocking(product, product.level))
    yield from crowd(stage, [product], round(product.level / 1.6), stage.begin + 120, stage.end)
    market.release(product.code)


def _last_piece(stage: Stage) -> Actor:
    product = a_product(stage, lambda p: p.level <= 60)
    stage.incident.subject = product.code
    stage.market.stock[product.code] = 1
    yield Step(stage.begin, stage.market.stocking(product, 0))
    yield from purchase(stage, product, 1, stage.begin + 120)
    stage.market.release(product.code)


VARIANTS = (
    Variant(
        "giant_add",
        _giant_add,
        "product",
        (12, 60),
        "One user puts (almost) the whole stock of a product into the cart.",
    ),
    Variant(
        "slow_drip", _slow_drip, "product", (120, 300), "One user takes a product's stock piece by piece over hours."
    ),
    Variant("many_accounts", _many_accounts, "product", (40, 60), "Many fresh accounts take one to three pieces each."),
    Variant(
        "cycles",
        _cycles,
        "product",
        (45, 120),
        "One user removes and re-adds most of a product's stock again and again.",
    ),
    Variant(
        "hoarder", _hoarder, "user", (35, 45), "One user takes a quarter to a third of each of dozens of products."
    ),
    Variant(
        "known_wholesaler", _known_wholesaler, "user", (15, 30), "A customer orders in bulk.", (9, 16), innocent=True
    ),
    Variant(
        "new_wholesaler", _new_wholesaler, "user", (15, 30), "A new customer orders a fifth.", (9, 16), innocent=True
    ),
    Variant(
        "launch_sell_out",
        _launch,
        "product",
        (30, 120),
        "A new product sells out to hundreds.",
        (10, 21),
        innocent=True,
    ),
    Variant(
        "last_piece", _last_piece, "product", (10, 20), "The last piece of a product goes to one user.", innocent=True
    ),
)
