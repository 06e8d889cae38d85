"""Visits of shoppers and the lines they put into their carts, as numpy columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s
from tests.evaluation.spans import HOUR, MINUTE, SECOND
from tests.evaluation.world import World

ORDERED, TAKEN_OUT, EXPIRED = 0, 1, 2  # how a line ends


@dataclass(frozen=True, slots=True)
class Visits:
    """v visits with n lines."""

    user: Int64s  # (v,)
    begin: Int64s  # (v,) ms
    order: Int64s  # (v,) ms; 0: nothing is ordered
    fresh: NDArray[np.bool_]  # (v,) begins with a registration
    line_visit: Int64s  # (n,) row of the visit
    product: Int64s  # (n,) id
    quantity: Int64s  # (n,)
    added: Int64s  # (n,) ms
    ended: Int64s  # (n,) ms
    how: Int64s  # (n,) ORDERED, TAKEN_OUT or EXPIRED
    price: NDArray[np.float64]  # (n,) NaN: what the warehouse asks

    def since(self, moment: int) -> Self:
        """Only the lines that are in a cart at the moment or later."""
        return replace(self, **{name: getattr(self, name)[self.ended >= moment] for name in LINE_COLUMNS})


VISIT_COLUMNS = ("user", "begin", "order", "fresh")
LINE_COLUMNS = tuple(one.name for one in fields(Visits) if one.name not in VISIT_COLUMNS)


def together(parts: Sequence[Visits]) -> Visits:
    """All visits of the parts; at least one part."""
    shifts = np.cumsum([0, *(len(part.user) for part in parts)])
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in VISIT_COLUMNS + LINE_COLUMNS}
    rows = [part.line_visit + shift for part, shift in zip(parts, shifts, strict=False)]
    return Visits(**columns | {"line_visit": np.concatenate(rows)})


@dataclass(slots=True)
class Accounts:
    """User ids: those that exist, and the next to be given away."""

    known: int  # accounts 1 to `known` may come back
    first_fresh: int = field(default=0)

    def __post_init__(self) -> None:
        self.first_fresh = self.first_fresh or self.known + 1

    def new(self, count: int) -> Int64s:
        """(count,) ids nobody had before."""
        self.first_fresh += count
        return np.arange(self.first_fresh - count, self.first_fresh)


def draw_visits(
    world: World, begin: int, end: int, accounts: Accounts, rng: np.random.Generator, *, unrest: float = 1.0
) -> Visits:
    """The ordinary visits that begin in [begin, end)."""
    minute = np.arange(begin // MINUTE, end // MINUTE)
    rate = world.visits_a_day / 1440 * world.curve.drawn(minute, rng, unrest)
    starts = np.repeat(minute, rng.poisson(rate)) * MINUTE
    starts = np.sort(starts + rng.integers(0, MINUTE, len(starts)))
    ordinary = shopping(world, starts, accounts, rng)
    return together([ordinary, *_wholesale(world, begin, end, rng)])


def shopping(
    world: World, starts: Int64s, accounts: Accounts, rng: np.random.Generator, *, pace: float = 1.0
) -> Visits:
    """One ordinary visit at each of the starts (v,), sorted; `pace` below 1 is a hurry."""
    habits, count = world.habits, len(starts)
    fresh = rng.random(count) < habits.registering
    numbers = rng.geometric(1 / habits.lines, count)
    line_visit = np.repeat(np.arange(count), numbers)
    first = starts + np.where(fresh, (rng.uniform(60, 200, count) * SECOND * pace).astype(np.int64), 0)
    added = _added(line_visit, first, rng, pace)
    last = _last(line_visit, added, first)
    orders = rng.random(count) < habits.ordering
    order = np.where(orders, last + (rng.gamma(2.0, 70.0, count) * SECOND * pace).astype(np.int64) + 3_000, 0)
    visits = Visits(
        user=_users(fresh, accounts, rng),
        begin=starts,
        order=order,
        fresh=fresh,
        line_visit=line_visit,
        product=choose_products(world, added, rng),
        quantity=np.ones(len(added), np.int64),
        added=added,
        ended=np.zeros(len(added), np.int64),
        how=np.zeros(len(added), np.int64),
        price=np.full(len(added), np.nan),
    )
    return _ended(world, _sized(world, _repeated(world, visits, rng), rng), last, rng)


def choose_products(world: World, moments: Int64s, rng: np.random.Generator) -> Int64s:
    """(n,) ids by popularity among what is on sale at each of the moments."""
    order = np.argsort(world.products.since, kind="stable")
    heap = np.cumsum(world.products.weight[order])
    reach = heap[np.searchsorted(world.products.since[order], moments, side="right") - 1]
    return order[np.searchsorted(heap, rng.random(len(moments)) * reach, side="right")] + 1


def _users(fresh: NDArray[np.bool_], accounts: Accounts, rng: np.random.Generator) -> Int64s:
    """Old customers, the newer ones more often, and new ones."""
    user = np.empty(len(fresh), np.int64)
    user[fresh] = accounts.new(int(fresh.sum()))
    newest = np.maximum(np.maximum.accumulate(np.where(fresh, user, 0)) - 1, accounts.known)
    back = 10 + (newest - 10) * rng.random(len(fresh)) ** 0.6  # the first ten are wholesalers
    return np.where(fresh, user, back.astype(np.int64) + 1)


def _added(line_visit: Int64s, first: Int64s, rng: np.random.Generator, pace: float) -> Int64s:
    gaps = (rng.gamma(1.5, 22.0, len(line_visit)) * SECOND * pace).astype(np.int64) + 700
    run = np.cumsum(gaps)
    begins = np.searchsorted(line_visit, np.arange(len(first)))
    return first[line_visit] + run - run[begins][line_visit] + 2_000


def _last(line_visit: Int64s, added: Int64s, first: Int64s) -> Int64s:
    last = first.copy()
    np.maximum.at(last, line_visit, added)
    return last


def _repeated(world: World, visits: Visits, rng: np.random.Generator) -> Visits:
    """Some lines are of the same product as the line before."""
    product = visits.product.copy()
    again = np.flatnonzero((rng.random(len(product)) < world.habits.updating)[1:] & (np.diff(visits.line_visit) == 0))
    product[again + 1] = product[again]
    return replace(visits, product=product)


def _sized(world: World, visits: Visits, rng: np.random.Generator) -> Visits:
    mean = world.products.pieces[visits.product - 1]
    return replace(visits, quantity=np.minimum(rng.geometric(1 / mean), 60).astype(np.int64))


def _ended(world: World, visits: Visits, last: Int64s, rng: np.random.Generator) -> Visits:
    """Lines end with the order, by hand before it, or when the cart runs out."""
    habits, lines = world.habits, visits.line_visit
    expiry = last + rng.integers(*habits.expiry, len(last))
    until = np.where(visits.order > 0, visits.order, expiry)[lines]
    by_hand = rng.random(len(lines)) < habits.removing
    taken = visits.added + (rng.uniform(0.1, 0.9, len(lines)) * (until - visits.added)).astype(np.int64)
    how = np.where(by_hand, TAKEN_OUT, np.where(visits.order[lines] > 0, ORDERED, EXPIRED))
    return replace(visits, ended=np.where(by_hand, taken, until), how=how)


def _wholesale(world: World, begin: int, end: int, rng: np.random.Generator) -> list[Visits]:
    """Big orders of known customers, by day."""
    found = []
    for customer in world.wholesalers:
        for _ in range(rng.poisson((end - begin) / (24 * HOUR * customer.every_days))):
            moment = int(rng.integers(begin, end))
            moment += int(rng.uniform(8, 17) * HOUR) - moment % (24 * HOUR)
            if begin <= moment < end:
                found.append(big_order(world, customer.user, customer.products, customer.share, moment, rng))
    return found


def big_order(world: World, user: int, usual: Int64s, share: float, moment: int, rng: np.random.Generator) -> Visits:
    """A wholesaler's visit: several lines of many pieces, ordered within minutes."""
    chosen = rng.choice(usual, int(rng.integers(2, min(len(usual), 25) + 1)), replace=False)
    pieces = world.products.stock[chosen] * share * rng.lognormal(0, 0.35, len(chosen))
    return one_visit(user, chosen + 1, np.maximum(pieces, 2), moment, rng, gap=(4, 25), order_after=(30, 300))


def one_visit(
    user: int,
    products: Int64s,
    pieces: NDArray[Any],
    moment: int,
    rng: np.random.Generator,
    *,
    gap: tuple[float, float],
    order_after: tuple[float, float] | None,
    expires_after: float = 30 * 60,
) -> Visits:
    """A visit of one user with the given lines; gaps and what comes after the last line in seconds."""
    count = len(products)
    added = moment + np.cumsum(rng.uniform(*gap, count) * SECOND).astype(np.int64)
    order = int(added[-1] + rng.uniform(*order_after) * SECOND) if order_after else 0
    end = order or int(added[-1] + expires_after * SECOND)
    return Visits(
        user=np.array([user]),
        begin=np.array([moment]),
        order=np.array([order]),
        fresh=np.zeros(1, bool),
        line_visit=np.zeros(count, np.int64),
        product=np.asarray(products, np.int64),
        quantity=np.maximum(np.asarray(pieces), 1).astype(np.int64),
        added=added,
        ended=np.full(count, end),
        how=np.full(count, ORDERED if order else EXPIRED),
        price=np.full(count, np.nan),
    )
