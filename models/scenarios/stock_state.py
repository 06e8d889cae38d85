"""What is remembered of products, users and the pieces users hold: plain state, saved as it stands."""

from enum import IntEnum
from typing import NamedTuple

import msgspec

from models.scenarios.decay import Fading

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
ASKED_MS = 10 * 60_000  # a request that brought nothing is over after so long
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


class Holding(msgspec.Struct, gc=False):
    """Pieces of one product that one user holds, by what told of them: the same are told of up to three times."""

    requested: int = 0  # asked for, granted or not, since the last release
    asked_at: int = 0
    reserved: int = 0
    reservations: int = 0
    carted: int = 0
    is_reserved: bool = False  # the shop tells of this user's reservations of this product
    since: int = 0  # first add that is still open, ms
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
        return max(self.open, self.asked(time))


class StockItem(msgspec.Struct, gc=False):
    """One product."""

    stock: int = -1  # pieces in the warehouse, held ones included; -1: nobody told
    stock_at: int = 0
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

    def announce(self, pieces: int, time: int) -> None:
        """The warehouse tells the stock; an older message than the last changes nothing."""
        if time < self.stock_at:
            return
        self.stock, self.stock_at = pieces, time
        if pieces >= self.full or time - self.full_at > FULL_STOCK_SPAN:
            self.full, self.full_at = pieces, time

    def leave(self, pieces: int) -> None:
        """Ordered pieces leave the stock."""
        if self.stock >= 0:
            self.stock = max(self.stock - pieces, 0)

    def find_top(self) -> None:
        """Who holds most, after the one who did released something."""
        self.top = max(self.holdings, key=lambda user: self.holdings[user].open, default=-1)


class Shopper(msgspec.Struct, gc=False):
    """One user."""

    first_seen: int = 0
    last_seen: int = 0
    registered: int = 0  # ms, 0: not known
    ordered_at: int = 0
    orders: int = 0
    record: int = 0  # largest order line so far, pieces
    record_share: float = 0.0  # the same as a share of the product's stock
    products: set[int] = msgspec.field(default_factory=set)  # of which pieces are held
