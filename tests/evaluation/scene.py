"""A continuation of the history from one of its moments on, and what is staged in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.history import History, Pricing, Saying, notices, tell
from tests.evaluation.messages import Int64s, Messages
from tests.evaluation.stockroom import Books, Delivery, Stock, keep_books
from tests.evaluation.truth import Truth
from tests.evaluation.visits import LINE_COLUMNS, VISIT_COLUMNS, Accounts, Visits, draw_visits, shopping, together
from tests.evaluation.world import Prices, World

FIRST = 10**8  # numbers given in a continuation begin here

Judged = Callable[[Messages], Truth]
Stage = Callable[["Scene", int], Judged]  # stages the situation from a moment on


@dataclass(slots=True)
class Scene:
    """Ordinary visits of [begin, end), drawn afresh, those under way at `begin`, and what a situation adds."""

    history: History
    begin: int
    end: int
    rng: np.random.Generator
    world: World  # the history's, or the same with another curve
    unrest: float = 1.0
    parts: list[Visits] = field(init=False)
    carried: Int64s = field(init=False)  # (c,) numbers of the lines under way, the first of all
    accounts: Accounts = field(init=False)
    prices: Prices = field(init=False)
    settings: list[Delivery] = field(default_factory=list)  # stock that is told whatever was there
    pricings: list[Pricing] = field(default_factory=list)
    sayings: list[Saying] = field(default_factory=list)  # what nobody's visit brings
    changes: list[Callable[[Messages], Messages]] = field(default_factory=list)  # of the messages, in order of arrival

    def __post_init__(self) -> None:
        known = self.history.visits.user[self.history.visits.fresh & (self.history.visits.begin < self.begin)]
        self.accounts = Accounts(int(known.max(initial=self.history.accounts)))
        under_way, self.carried = _under_way(self.history.visits, self.begin)
        fresh = draw_visits(self.world, self.begin, self.end, self.accounts, self.rng, unrest=self.unrest)
        self.parts, self.prices = [under_way, fresh], self.history.world.prices

    def add(self, *visits: Visits) -> None:
        """Further visits."""
        self.parts += visits

    def books(self, moments: tuple[int, ...] = ()) -> Books:
        """The warehouse's books over all visits so far."""
        rng = np.random.default_rng([self.world.seed, 5])
        told = notices(self.world, self.prices, self.begin, self.end)
        return keep_books(
            self.world, together(self.parts), self.history.stocks[self.begin], rng,
            begin=self.begin, moments=moments, settings=[*told, *self.settings],
        )  # fmt: skip

    def stock(self, moment: int) -> Stock:
        """The stock at a moment, as things stand so far."""
        return self.books((moment,)).at[0]

    def buyers(self, product: int, starts: Int64s, *, quantity: int = 0) -> Visits:
        """Ordinary visits that each begin with the product."""
        visits = shopping(self.world, np.sort(starts), self.accounts, self.rng)
        first = np.searchsorted(visits.line_visit, np.arange(len(starts)))
        chosen, pieces = visits.product.copy(), visits.quantity.copy()
        chosen[first] = product
        pieces[first] = quantity or np.minimum(pieces[first], 3)
        return replace(visits, product=chosen, quantity=pieces)

    def messages(self) -> Messages:
        """All that is said in the continuation."""
        visits = together(self.parts)
        numbers = FIRST + np.arange(len(visits.added)) + 1
        numbers[: len(self.carried)] = self.carried
        said = tell(
            self.world, visits, self.books(), self.prices, self.rng,
            span=(self.begin, self.end), first=FIRST, numbers=numbers, pricing=self._pricing, sayings=self.sayings,
        )  # fmt: skip
        for change in self.changes:
            said = change(said)
        return said

    def _pricing(self, visits: Visits, asked: NDArray[np.float64]) -> NDArray[np.float64]:
        for pricing in self.pricings:
            asked = pricing(visits, asked)
        return asked


def _under_way(visits: Visits, moment: int) -> tuple[Visits, Int64s]:
    """Visits that began before the moment and have lines in a cart then, and the lines' numbers."""
    lines = np.flatnonzero((visits.ended >= moment) & (visits.begin[visits.line_visit] < moment))
    kept, place = np.unique(visits.line_visit[lines], return_inverse=True)
    columns = {name: getattr(visits, name)[kept] for name in VISIT_COLUMNS}
    columns |= {name: getattr(visits, name)[lines] for name in LINE_COLUMNS}
    columns |= {"line_visit": place, "fresh": np.zeros(len(kept), bool)}
    return Visits(**columns), lines + 1


def spread(rng: np.random.Generator, begin: int, end: int, count: int) -> Int64s:
    """Moments at random in [begin, end), sorted."""
    return np.sort(rng.integers(begin, end, count))


def chosen(rng: np.random.Generator, candidates: NDArray[np.bool_], what: str) -> int:
    """One index of the mask; NotStageable when there is none."""
    rows = np.flatnonzero(candidates)
    if not len(rows):
        raise NotStageable(f"this shop has no {what} then")
    return int(rng.choice(rows))


class NotStageable(Exception):
    """The shop of this seed cannot show the situation."""


def first_times(messages: Messages, rows: NDArray[np.bool_], counts: Sequence[int]) -> list[int]:
    """When the k-th of the rows happened, for each k; the last one's time where there are fewer."""
    times = np.sort(messages.time[rows])
    if not len(times):
        raise NotStageable("nothing of it came to pass")
    return [int(times[min(count, len(times)) - 1]) for count in counts]
