"""The warehouse's books: what is reserved and leaves, which requests find too little, when deliveries come."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s
from tests.evaluation.spans import HOUR
from tests.evaluation.visits import ORDERED, Visits
from tests.evaluation.world import World

LOW = 0.35  # of the usual stock: time to order more
FILL, TELL = 0, -1  # instead of pieces: up to the usual stock; as many as there are


class Stock(NamedTuple):
    """Pieces by product index, (p,) each."""

    held: Int64s  # in the warehouse
    free: Int64s  # not reserved


class Delivery(NamedTuple):
    """The warehouse tells how much it has of a product from then on."""

    time: int
    product: int  # index
    held: int  # pieces, FILL or TELL
    kind: str = "ProductUpdatedInWarehouse"


@dataclass(frozen=True, slots=True)
class Books:
    """What became of every line."""

    reserved: NDArray[np.bool_]  # (n,) the warehouse had enough
    deliveries: list[Delivery]
    at: list[Stock]  # the stock at each of the asked moments


def first_stock(world: World) -> Stock:
    """The stock before anything happened."""
    return Stock(world.products.stock.copy(), world.products.stock.copy())


def keep_books(
    world: World,
    visits: Visits,
    stock: Stock,
    rng: np.random.Generator,
    *,
    begin: int,
    moments: tuple[int, ...] = (),
    settings: Sequence[Delivery] = (),
) -> Books:
    """Go through all lines in order of time. Lines older than `begin` are reserved in `stock` already; `settings` are
    what the warehouse counts whatever was there.

    A loop over single lines, for each depends on all before it.
    """
    shelf = _Shelf(world, stock.held.tolist(), stock.free.tolist(), rng, settings)
    reserved = visits.added < begin
    times, what = _turns(visits, begin)
    product, quantity = (visits.product - 1).tolist(), visits.quantity.tolist()
    leaves = (visits.how == ORDERED).tolist()
    at, pending = [], sorted(moments)
    for time, turn in zip(times, what, strict=True):
        while pending and pending[0] <= time:
            shelf.deliver(pending[0])
            at.append(shelf.stock())
            pending.pop(0)
        shelf.deliver(time)
        line = abs(turn) - 1
        if turn > 0:
            reserved[line] = shelf.reserve(product[line], quantity[line])
        elif reserved[line]:
            shelf.release(product[line], quantity[line], time, leaves[line])
    for moment in pending:
        shelf.deliver(moment)
        at.append(shelf.stock())
    shelf.deliver(max((one.time for one in settings), default=begin))
    return Books(reserved, shelf.deliveries, at)


def _turns(visits: Visits, begin: int) -> tuple[list[int], list[int]]:
    """Times, and what happens: line + 1 is added, or, negative, ends. An end at the moment of an add comes first."""
    lines = np.arange(len(visits.added)) + 1
    news = visits.added >= begin
    time = np.concatenate([visits.added[news], visits.ended])
    what = np.concatenate([lines[news], -lines])
    order = np.lexsort((what, time))
    return time[order].tolist(), what[order].tolist()


class _Shelf:
    """Stock while it changes."""

    def __init__(
        self, world: World, held: list[int], free: list[int], rng: np.random.Generator, settings: Sequence[Delivery]
    ) -> None:
        self.held, self.free, self.usual = held, free, world.products.stock.tolist()
        self.oversells, self.rng = world.habits.oversells, rng
        self.deliveries: list[Delivery] = []
        self.waiting = sorted(settings)  # heap
        self.due: set[int] = set()

    def stock(self) -> Stock:
        return Stock(np.array(self.held), np.array(self.free))

    def reserve(self, product: int, quantity: int) -> bool:
        if self.free[product] < quantity and not self.oversells:
            return False
        self.free[product] -= quantity
        return True

    def release(self, product: int, quantity: int, time: int, leaves: bool) -> None:
        if not leaves:
            self.free[product] += quantity
            return
        self.held[product] = max(self.held[product] - quantity, 0)
        if self.held[product] < LOW * self.usual[product] and product not in self.due:
            self.due.add(product)
            heapq.heappush(self.waiting, Delivery(time + int(self.rng.uniform(0.5, 8) * HOUR), product, FILL))

    def deliver(self, until: int) -> None:
        while self.waiting and self.waiting[0].time <= until:
            due = heapq.heappop(self.waiting)
            product, held = due.product, self._told(due)
            self.free[product] += held - self.held[product]
            self.held[product] = held
            if due.held != TELL:
                self.due.discard(product)
            self.deliveries.append(due._replace(held=held))

    def _told(self, due: Delivery) -> int:
        held = self.held[due.product]
        if due.held == TELL:
            return held
        return max(self.usual[due.product], held + 1) if due.held == FILL else due.held
