"""What is remembered of products, users and the pieces users hold: plain state, saved as it stands."""

from enum import IntEnum
from typing import NamedTuple

import msgspec

from models.scenarios.decay import Fading

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
MOST_LEFT = 50  # departures remembered in case the stock they left is told of late
MOST_ADDS = 90  # of a holding; beyond, the oldest two are one
ASKED_MS = 10 * 60_000  # a request that brought nothing is over after so long
LARGE_SHARE = 0.12  # of a product's stock, held by one user
FULL_STOCK_SPAN = 7 * DAY  # the fullest a product was announced within this span is its full stock


class Tag(IntEnum):
    """Kinds of facts, in the order in which those of one time are taken in: users add before they order."""

    REGISTERED = 0  # entity: user
    CART = 1  # entity: user, key: cart
    STOCK = 2  # key: pieces in stock
    REQUESTED = 3  # from here on entity: product, key: user
    RESERVED = 4
    CARTED = 5
    LINE = 6  # amount: pieces of the whole line, not an increment
    MATERIALIZED = 7
    LINE_GONE = 8
    TAKEN_OUT = 9
    FREED = 10
    ORDERED = 11  # entity: user


REQUESTED, RESERVED, CARTED, LINE = map(int, (Tag.REQUESTED, Tag.RESERVED, Tag.CARTED, Tag.LINE))  # for the hot path


class Records(NamedTuple):
    """The largest order lines before a moment: what a holding is measured against. -1: not known."""

    product: int
    user: int
    user_share: float  # of the product's stock
    far: float  # quantile of all lines
    largest: float


class Height(NamedTuple):
    """The most that a user held of a product within a step."""

    user: int
    pieces: int
    records: Records


class Add(NamedTuple):
    """Pieces that came into somebody's hands."""

    time: int  # ms
    tag: int
    pieces: int
    n: int  # messages


class Holding(msgspec.Struct, gc=False, array_like=True):
    """Pieces of one product that one user holds, by what told of them: the same are told of up to three times.

    The adds are kept until they are released, so that a release heard late frees what came before it and nothing else.
    """

    adds: list[Add] = msgspec.field(default_factory=list)  # not released; the sums below follow from them
    requested: int = 0  # asked for within minutes, granted or not
    asked_at: int = 0
    reserved: int = 0
    carted: int = 0
    since: int = 0  # first add that is still open, ms
    is_reserved: bool = False  # the shop tells of this user's reservations of this product
    released_at: int = 0  # adds at or before are not open
    ordered_at: int = 0
    is_fresh: bool = False  # the user had just registered
    cycled: Fading = msgspec.field(default_factory=Fading)  # pieces taken, put back or not, fading within an hour
    evidence: list[tuple[str, int, str]] = msgspec.field(default_factory=list)  # (source, offset, event id)

    @property
    def open(self) -> int:
        """Pieces held now and not ordered."""
        return self.reserved if self.is_reserved else self.carted

    def asked(self, time: int) -> int:
        """Pieces asked for a short while ago."""
        return self.requested if time - self.asked_at < ASKED_MS else 0

    def reach(self, time: int) -> int:
        """Pieces the user holds or tried to get hold of."""
        held = self.reserved if self.is_reserved else self.carted
        return max(held, self.requested) if time - self.asked_at < ASKED_MS else held

    def add(self, time: int, tag: int, pieces: int, n: int) -> int:
        """Take in an add; by how much `open` grew."""
        before = self.reserved if self.is_reserved else self.carted
        self.is_reserved = self.is_reserved or tag == RESERVED
        self.adds.append(Add(time, tag, pieces, n))
        if len(self.adds) > MOST_ADDS and sum(held.tag == tag for held in self.adds) > 1:
            self._merge_oldest(tag)
            self._count()
        elif not self._is_first(time, tag, pieces):
            self._count()
        return (self.reserved if self.is_reserved else self.carted) - before

    def _is_first(self, time: int, tag: int, pieces: int) -> bool:
        """Whether the add is the first of its kind; then it is counted without a look at the others."""
        if tag == RESERVED:
            self.reserved += pieces
        elif tag == REQUESTED and not self.asked_at:
            self.requested, self.asked_at = pieces, time
        elif tag != REQUESTED and not self.carted:
            self.carted = pieces
        else:
            return False
        if len(self.adds) == 1 or time < self.since:
            self.since = time
        return True

    def release(self, until: int) -> int:
        """Let go of what was added up to a time; by how much `open` fell."""
        if until > self.released_at:
            self.released_at = until
        if not self.adds:
            return 0
        before = self.open
        self.adds = [add for add in self.adds if add.time > until]
        self._count()
        return before - self.open

    def free(self, reservations: int, until: int) -> int:
        """Let go of the oldest so many reservations, of everything when there are no more; by how much `open` fell."""
        oldest = sorted(add for add in self.adds if add.tag == Tag.RESERVED and add.time <= until)
        if sum(add.n for add in oldest) <= reservations:
            return self.release(until)
        before = self.open
        for add in oldest[:reservations]:
            self.adds.remove(add)
        self._count()
        return before - self.open

    def _count(self) -> None:
        """Bring the sums up to date; a loop, for this is the hot path and the adds are few."""
        reserved = carted = line = asked_at = 0
        since = self.adds[0].time if self.adds else 0
        asked = []
        for time, tag, pieces, _ in self.adds:
            if time < since:
                since = time
            if tag == RESERVED:
                reserved += pieces
            elif tag == CARTED:
                carted += pieces
            elif tag == LINE:
                line = max(line, pieces)
            else:
                asked.append((time, pieces))
                asked_at = max(asked_at, time)
        self.reserved, self.carted, self.since, self.asked_at = reserved, max(carted, line), since, asked_at
        self.requested = sum([pieces for time, pieces in asked if asked_at - time < ASKED_MS])

    def _merge_oldest(self, tag: int) -> None:
        """One add for the two oldest of a kind, as of the older."""
        first, second = sorted(add for add in self.adds if add.tag == tag)[:2]
        self.adds.remove(first)
        self.adds.remove(second)
        pieces = max(first.pieces, second.pieces) if tag == Tag.LINE else first.pieces + second.pieces
        self.adds.append(Add(first.time, tag, pieces, first.n + second.n))


class StockItem(msgspec.Struct, gc=False, array_like=True):
    """One product."""

    stock: int = -1  # pieces in the warehouse, held ones included; -1: nobody told
    stock_at: int = 0
    left: list[tuple[int, int]] = msgspec.field(default_factory=list)  # (time, pieces) that left since it was told
    full: int = -1
    full_at: int = 0
    open: int = 0  # pieces held by all users
    fresh_pieces: int = 0
    fresh_users: int = 0
    top: int = -1  # the user who holds most
    record: int = 0  # largest order line so far
    touched_at: int = 0
    added: Fading = msgspec.field(default_factory=Fading)  # pieces put into carts, fading within an hour
    ordered: Fading = msgspec.field(default_factory=Fading)
    holdings: dict[int, Holding] = msgspec.field(default_factory=dict)  # by user

    @property
    def ample(self) -> float:
        """What shares are of: the pieces in stock, or a third of the full stock when less is left; 0: nobody told."""
        return 0.0 if self.full < 0 else max(self.stock, self.open, self.full / 3)

    def crowd_since(self) -> int:
        """When the first of the newcomers who hold pieces now took some, ms; 0: nobody did."""
        return min((held.since for held in self.holdings.values() if held.is_fresh and held.open), default=0)

    def is_large(self, pieces: int) -> bool:
        """Whether so many are a large share of the stock for one user."""
        return pieces >= LARGE_SHARE * self.ample > 0

    def announce(self, pieces: int, time: int) -> None:
        """The warehouse tells the stock; an older message than the last changes nothing."""
        if time < self.stock_at:
            return
        self.left = [(at, gone) for at, gone in self.left if at > time]
        self.stock, self.stock_at = max(pieces - sum(gone for _, gone in self.left), 0), time
        if pieces >= self.full or time - self.full_at > FULL_STOCK_SPAN:
            self.full, self.full_at = pieces, time

    def leave(self, pieces: int, time: int) -> None:
        """Ordered pieces leave the stock, unless it was counted since."""
        if time <= self.stock_at:
            return
        self.left = [*self.left[-MOST_LEFT:], (time, pieces)]
        if self.stock >= 0:
            self.stock = max(self.stock - pieces, 0)

    def find_top(self) -> None:
        """Who holds most, after the one who did released something."""
        most, self.top = -1, -1
        if not self.open:
            self.top = next(iter(self.holdings), -1)
            return
        for user, holding in self.holdings.items():
            held = holding.reserved if holding.is_reserved else holding.carted
            if held > most:
                most, self.top = held, user


class Shopper(msgspec.Struct, gc=False, array_like=True):
    """One user."""

    first_seen: int = 0
    last_seen: int = 0
    registered: int = 0  # ms, 0: not known
    ordered_at: int = 0
    orders: int = 0
    record: int = 0  # largest order line so far, pieces
    record_share: float = 0.0  # the same as a share of the product's stock
    record_products: int = 0  # most products in one order of which a large share was held
    products: set[int] = msgspec.field(default_factory=set)  # of which pieces are held
