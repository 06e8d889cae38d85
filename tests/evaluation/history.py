"""A shop's life from its first training day on, without incidents: what everything else is a continuation of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.chains import Chains, announce, shop_talk
from tests.evaluation.messages import Int64s, Messages
from tests.evaluation.outages import silenced
from tests.evaluation.spans import DAY, HOUR
from tests.evaluation.stockroom import TELL, Books, Delivery, Stock, first_stock, keep_books
from tests.evaluation.visits import Accounts, Visits, draw_visits
from tests.evaluation.world import Prices, World

CLEAN_DAYS = 7
EVERY = 3 * HOUR  # between two moments at which the history may be left for a continuation

Saying = Callable[[Chains], None]  # says something
Pricing = Callable[[Visits, NDArray[np.float64]], NDArray[np.float64]]  # what lines are sold at, from what is asked


@dataclass(frozen=True, slots=True)
class History:
    """Training days and the clean week behind them."""

    world: World
    visits: Visits
    messages: Messages  # in order of time
    stocks: dict[int, Stock]  # by moment
    accounts: int  # ids given away by the end of the training days

    def between(self, begin: int, end: int) -> Messages:
        """The messages of [begin, end)."""
        time = self.messages.time
        return self.messages.take((time >= begin) & (time < end))

    def announced(self, moment: int) -> NDArray[np.bool_]:
        """(p,) bool: the warehouse has told of the product, by index."""
        rows = self.messages.of("ProductAddedToWarehouse", "ProductUpdatedInWarehouse") & (self.messages.time < moment)
        told = np.zeros(len(self.world.products.price), bool)
        told[self.messages.product[rows] - 1] = True
        return told

    def sold(self, moment: int) -> Int64s:
        """(p,) lines of each product so far, by index."""
        product = self.visits.product[self.visits.added < moment]
        return np.bincount(product - 1, minlength=len(self.world.products.price))


def draw_history(world: World, clean_days: int = CLEAN_DAYS) -> History:
    """All of it, reproducible by the world's seed."""
    rng = np.random.default_rng([world.seed, 2])
    end = world.trained_until + clean_days * DAY
    visits = draw_visits(world, world.start, end, Accounts(world.users), rng)
    moments = tuple(range(world.trained_until, end, EVERY))
    told = notices(world, world.prices, world.start, end)
    books = keep_books(world, visits, first_stock(world), rng, begin=world.start, moments=moments, settings=told)
    messages = tell(world, visits, books, world.prices, rng, span=(world.start, end))
    for outage in world.outages:
        messages = silenced(messages, *outage)
    fresh = visits.user[visits.fresh & (visits.begin < world.trained_until)]
    accounts = int(fresh.max(initial=world.users))
    return History(world, visits, messages, dict(zip(moments, books.at, strict=True)), accounts)


def tell(
    world: World,
    visits: Visits,
    books: Books,
    prices: Prices,
    rng: np.random.Generator,
    *,
    span: tuple[int, int],
    first: int = 0,
    numbers: Int64s | None = None,
    pricing: Pricing = lambda _, asked: asked,
    sayings: Sequence[Saying] = (),
) -> Messages:
    """What the services say in the span."""
    chains = Chains(rng, first)
    numbers = first + np.arange(len(visits.added)) + 1 if numbers is None else numbers
    shop_talk(chains, visits, books, pricing(visits, asked(world, visits, prices)), numbers)
    _catalogue_talk(chains, world, books.deliveries, prices, span)
    for saying in sayings:
        saying(chains)
    messages = chains.messages()
    return messages.take((messages.time >= span[0]) & (messages.time < span[1]))


def asked(world: World, visits: Visits, prices: Prices) -> NDArray[np.float64]:
    """(n,) what the shop asks for a piece of each line: the announced price, in some shops less for many pieces."""
    price = prices.at(visits.product - 1, visits.added)
    if world.habits.has_levels:
        price = np.where(visits.quantity >= 12, np.maximum(np.round(price * 0.85, 2), 0.01), price)
    return np.where(np.isnan(visits.price), price, visits.price)


def _catalogue_talk(
    chains: Chains, world: World, deliveries: list[Delivery], prices: Prices, span: tuple[int, int]
) -> None:
    """New products, deliveries and announced prices."""
    begin, end = span
    since = world.products.since
    comes = since >= begin if world.habits.announces_start else since > max(begin, world.start)
    new = np.flatnonzero(comes & (since < end))
    announce(chains, "ProductAddedToWarehouse", new, since[new], world.products.stock[new], prices.at(new, since[new]))
    rows = np.array([(one.product, one.time, one.held) for one in deliveries], np.int64).reshape(-1, 3)
    for kind in sorted({one.kind for one in deliveries}):
        _told(chains, kind, prices, rows[[one.kind == kind for one in deliveries]])


def notices(world: World, prices: Prices, begin: int, end: int) -> list[Delivery]:
    """The warehouse tells of every changed price, and with it of the stock."""
    changed = prices.between(begin, end)
    rows = changed.time > world.products.since[changed.product]
    told = zip(changed.time[rows].tolist(), changed.product[rows].tolist(), strict=True)
    return [Delivery(time, product, TELL) for time, product in told]


def _told(chains: Chains, kind: str, prices: Prices, rows: Int64s) -> None:
    product, time, held = rows.T
    announce(chains, kind, product, time, held, prices.at(product, time))
