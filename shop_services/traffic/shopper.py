"""What a shopper does during one visit: a sequence of steps. Pure: time and randomness come in as arguments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from shop_services.traffic.actions import (
    Activate,
    AddToCart,
    Browse,
    Order,
    Register,
    RemoveAccount,
    RemoveFromCart,
    Step,
    UpdateAccount,
)
from shop_services.traffic.assortment import Product
from shop_services.traffic.market import Market
from shop_services.traffic.population import Shopper

CHECKOUT_SECONDS = 60.0
RESERVED_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How a shopper tends to behave; probabilities per visit."""

    wanted: float = 0.9  # products put into the cart, beyond the first, geometric mean
    browses: float = 0.5
    removes: float = 0.12
    orders: float = 0.62
    empties_abandoned: float = 0.5
    updates_account: float = 0.03
    closes_account: float = 0.006
    activates: float = 0.93


ORDINARY = Habits()


def visit(
    rng: Random, market: Market, shopper: Shopper, at: float, *, pace: float = 1.0, habits: Habits = ORDINARY
) -> Iterator[Step]:
    """A visit of a known shopper from `at`: look around, fill the cart, perhaps order. `pace` below 1 hurries."""
    forget_expired(shopper, at)
    clock = Pauses(rng, at, pace)
    for product in _wanted(rng, market, habits):
        if rng.random() < habits.browses:
            yield Step(clock.next(25), Browse(shopper.number, product.code))
        yield put(shopper, product, pieces(rng, product), clock.next(40))
    if rng.random() < habits.removes:
        yield take_out(shopper, rng.choice(list(shopper.cart)), clock.next(30))
    yield from _leave(rng, market, shopper, clock, habits)


def registration(rng: Random, shopper: Shopper, at: float, habits: Habits = ORDINARY) -> Iterator[Step]:
    """Open an account and, mostly, activate it."""
    yield Step(at, Register(shopper.number))
    if rng.random() < habits.activates:
        yield Step(at + 15 + rng.expovariate(1 / 60), Activate(shopper.number))


def pieces(rng: Random, product: Product) -> int:
    """How many pieces of a product one takes: one to four mostly, a dozen of what costs cents."""
    wanted = rng.choices((1, 2, 3, 4, 6), (62, 21, 9, 6, 2))[0]
    return wanted * (6 if product.price < 1 and rng.random() < 0.5 else 1)


def forget_expired(shopper: Shopper, at: float) -> None:
    """What lay in the cart for longer than a reservation lasts is not there any more."""
    if at - shopper.last_put > RESERVED_SECONDS:
        shopper.cart.clear()


def put(shopper: Shopper, product: Product, quantity: int, at: float) -> Step:
    """Put pieces into the cart, and remember that."""
    shopper.last_put = at
    shopper.cart[product.code] = shopper.cart.get(product.code, 0) + quantity
    return Step(at, AddToCart(shopper.number, product.code, quantity))


def take_out(shopper: Shopper, code: str, at: float) -> Step:
    """Take a product out of the cart."""
    del shopper.cart[code]
    return Step(at, RemoveFromCart(shopper.number, code))


def order(market: Market, shopper: Shopper, at: float) -> Step:
    """Order the cart; the ledger of stock notes it."""
    market.sold(shopper.cart)
    shopper.cart.clear()
    return Step(at, Order(shopper.number))


class Pauses:
    """The moments of one visit: every pause is at least a few seconds and mostly near its mean."""

    def __init__(self, rng: Random, at: float, pace: float = 1.0) -> None:
        self._rng, self._at, self._pace = rng, at, pace

    def next(self, mean_seconds: float) -> float:
        """The moment of the next action."""
        self._at += self._pace * (mean_seconds / 4 + self._rng.expovariate(4 / (3 * mean_seconds)))
        return self._at


def _wanted(rng: Random, market: Market, habits: Habits) -> Iterator[Product]:
    yield market.pick(rng)
    while rng.random() < habits.wanted / (1 + habits.wanted):
        yield market.pick(rng)


def _leave(rng: Random, market: Market, shopper: Shopper, clock: Pauses, habits: Habits) -> Iterator[Step]:
    if shopper.cart and rng.random() < habits.orders:
        yield order(market, shopper, clock.next(CHECKOUT_SECONDS))
    elif rng.random() < habits.empties_abandoned:
        for code in list(shopper.cart):
            yield take_out(shopper, code, clock.next(10))
    if rng.random() < habits.updates_account:
        yield Step(clock.next(40), UpdateAccount(shopper.number))
    elif not shopper.cart and rng.random() < habits.closes_account:
        yield Step(clock.next(40), RemoveAccount(shopper.number))
