"""Writing extra life into a recorded log: situations and innocent twins, in the messages the log itself holds.

Nothing here knows a simulator: products, users, hours and sizes are drawn from the log.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING, Columns, kind_code, kinds

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR
PLANNED_FOR = 5 * DAY  # the span that the plans of situations are meant for
STRANGERS_FROM = 2**40  # ids of users and products that no log holds
SETTLING_SHARE = 0.12  # the first part of a log, in which nothing is staged: the memory has to learn the shop first

Int64s = NDArray[np.int64]


@dataclass(eq=False, slots=True)
class Situation:
    """Something staged in the log, from `begin` to `end` (event time, ms)."""

    name: str
    is_anomaly: bool
    begin: int
    end: int
    products: frozenset[int]
    user: int = MISSING  # who does it, where one user does
    size: float = 0.0  # what makes it abnormal: pieces, or the factor on the price


class Place(NamedTuple):
    """When and with what a situation is staged."""

    begin: int
    product: int


@dataclass(slots=True)
class Script:
    """Rows to be added to a log."""

    rows: list[tuple[int, int, int, int, int, float]] = field(default_factory=list)

    def say(
        self,
        name: str,
        time: float,
        product: int = MISSING,
        user: int = MISSING,
        pieces: int = 0,
        price: float = np.nan,
    ) -> None:
        """Add one event; `name` is its class name in the contracts."""
        self.rows.append((kind_code(name), int(time), product, user, pieces, price))

    def columns(self) -> Columns:
        """The rows as columns, in the order they were said."""
        table = np.array(self.rows, np.float64).reshape(-1, 6)
        ids = table[:, :5].astype(np.int64)
        size = len(table)
        return Columns(
            kind=ids[:, 0].astype(np.int16), time=ids[:, 1], offset=np.arange(size), product=ids[:, 2], user=ids[:, 3],
            cart=np.full(size, MISSING), quantity=ids[:, 4], price=table[:, 5],
            event_id=np.full(size, "staged", object), cause=np.full(size, MISSING), request=np.full(size, MISSING),
        )  # fmt: skip


@dataclass(eq=False)
class Stage:
    """A log to write situations into; `columns` in order of time."""

    columns: Columns
    rng: np.random.Generator
    since: int = 0  # nothing is staged before, ms
    script: Script = field(default_factory=Script)
    situations: list[Situation] = field(default_factory=list)
    _busy: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    _strangers: int = STRANGERS_FROM

    @cached_property
    def names(self) -> frozenset[str]:
        """Class names of the messages the log holds."""
        return frozenset(kinds()[code].name for code in np.unique(self.columns.kind).tolist())

    @cached_property
    def lines(self) -> Columns:
        """The cart lines."""
        return self.columns.of("ProductAddedToCart")

    @cached_property
    def shoppers(self) -> Int64s:
        """Who put the lines into carts; of a log whose lines name carts only, everybody it names."""
        for users in (self.lines.user, self.columns.user):
            if (users != MISSING).any():
                return users[users != MISSING]
        return np.array([STRANGERS_FROM])

    @cached_property
    def products(self) -> Int64s:
        """Products that were put into carts."""
        return np.unique(self.lines.product)

    @cached_property
    def span(self) -> tuple[int, int]:
        """Event time in which situations may begin, ms."""
        first, last = int(self.columns.time[0]), int(self.columns.time[-1])
        return max(first + int(SETTLING_SHARE * (last - first)), self.since), last - 6 * HOUR

    def play(self, plan: Mapping[Callable[[Self], None], int]) -> None:
        """Stage every situation of the plan so many times, more often in a long log and less in a short one."""
        begin, end = self.span
        scale = min(max((end - begin) / PLANNED_FOR, 0.5), 2.5)
        for situation, count in plan.items():
            for _ in range(max(round(count * scale), 1)):
                situation(self)

    def stranger(self) -> int:
        """An id that nobody has."""
        self._strangers += 1
        return self._strangers

    def moment(self) -> int:
        """A time at which the shop is alive: the time of some event."""
        begin, end = np.searchsorted(self.columns.time, self.span)
        return int(self.columns.time[self.rng.integers(begin, max(end, begin + 1))])

    def place(self, lasting: float, among: Int64s | None = None) -> Place:
        """A time and a product with which nothing else is staged for so long (ms)."""
        products = self.products if among is None else among
        for _ in range(40):
            place = Place(self.moment(), int(self.rng.choice(products)))
            if self.is_free(place.product, place.begin, place.begin + lasting):
                break
        self.occupy(place.product, place.begin, place.begin + lasting)
        return place

    def is_free(self, product: int, begin: float, end: float) -> bool:
        """Whether nothing is staged with the product from `begin` to `end`, and some time around it."""
        return all(end + 2 * HOUR < since or until + 2 * HOUR < begin for since, until in self._busy[product])

    def occupy(self, product: int, begin: float, end: float) -> None:
        """Keep others off."""
        self._busy[product].append((int(begin), int(end)))

    def uniform(self, low: float, high: float) -> float:
        """A number between."""
        return float(self.rng.uniform(low, high))

    def octaves(self, low: float, high: float) -> float:
        """A number between, evenly spread over its logarithm."""
        return float(np.exp2(self.rng.uniform(np.log2(low), np.log2(high))))

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        """Whether it happens."""
        return bool(self.rng.random() < probability)

    def result(self, base: Columns | None = None) -> Columns:
        """The log (or a changed copy of it) with the script written in, in order of time."""
        return in_order([self.columns if base is None else base, self.script.columns()])


def in_order(parts: Iterable[Columns]) -> Columns:
    """All rows of the parts in order of time."""
    held = list(parts)
    table = {name.name: np.concatenate([getattr(part, name.name) for part in held]) for name in fields(Columns)}
    order = np.argsort(table["time"], kind="stable")
    return Columns(**{name: column[order] for name, column in table.items()})


def without(columns: Columns, names: Sequence[str]) -> Columns:
    """The log of a producer that does not tell these messages."""
    return columns.where(~columns.is_any(*names))
