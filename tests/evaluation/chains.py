"""What the shop's services say when shoppers do something: commands and events, each with what caused it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s, Messages, code, concat
from tests.evaluation.spans import MINUTE
from tests.evaluation.stockroom import Books
from tests.evaluation.visits import EXPIRED, ORDERED, TAKEN_OUT, Visits

INTEGERS = ("visit", "user", "cart", "product", "line", "reservation", "order", "quantity", "arrived")


class Link(NamedTuple):
    """Messages that others follow from; n rows."""

    uid: Int64s
    time: Int64s
    root: Int64s
    root_time: Int64s

    def take(self, rows: NDArray[Any]) -> "Link":
        return Link(*[column[rows] for column in self])


@dataclass(slots=True)
class Chains:
    """Collects messages. Numbers of lines, reservations and orders go on from `first`."""

    rng: np.random.Generator
    first: int  # uids and other numbers used before
    parts: list[Messages] = field(default_factory=list)
    used: int = 0

    def say(self, kind: str, time: Int64s, cause: Link | None = None, **columns: Any) -> Link:
        """One message a row; after a cause with some milliseconds of delay, which `time` is told to be then."""
        size = len(time)
        uid = np.arange(size) + self.first + self.used + 1
        self.used += size
        zeros = np.zeros(size, np.int64)
        root, root_time = (cause.root, cause.root_time) if cause else (uid, time)
        values = {name: np.broadcast_to(columns.get(name, 0), size).astype(np.int64) for name in INTEGERS}
        values["visit"] = np.broadcast_to(columns.get("visit", -1), size).astype(np.int64)
        self.parts.append(
            Messages(
                kind=np.full(size, code(kind), np.int64), time=time, uid=uid, root=root, root_time=root_time,
                cause=cause.uid if cause else zeros, cause_time=cause.time if cause else zeros,
                price=np.broadcast_to(columns.get("price", 0.0), size).astype(np.float64), **values,
            )
        )  # fmt: skip
        return Link(uid, time, root, root_time)

    def then(self, kind: str, cause: Link, mean_ms: float, **columns: Any) -> Link:
        """What follows from a cause after some milliseconds."""
        delay = self.rng.gamma(2.0, mean_ms / 2, len(cause.time)).astype(np.int64) + 1
        return self.say(kind, cause.time + delay, cause, **columns)

    def messages(self) -> Messages:
        """All that was said, in order of time."""
        return concat(self.parts).sorted()


def shop_talk(chains: Chains, visits: Visits, books: Books, prices: NDArray[np.float64], numbers: Int64s) -> None:
    """All that follows from the visits; `prices` (n,) is what each line was sold at, `numbers` (n,) their ids."""
    _registrations(chains, visits)
    lines = _Lines(chains, visits, books, prices, numbers)
    lines.adds()
    lines.ends()
    lines.orders()


def _registrations(chains: Chains, visits: Visits) -> None:
    rows = np.flatnonzero(visits.fresh)
    who: dict[str, Any] = {"user": visits.user[rows], "cart": visits.user[rows], "visit": rows}
    asked = chains.say("AccountDetailsProvided", visits.begin[rows], **who)
    created = chains.then("UserAccountCreated", asked, 12, **who)
    coded = chains.then("AccountActivationCodeCreated", created, 3, **who)
    wanted = chains.then("CartCreationRequested", created, 15, **who)
    chains.then("UserCartCreated", wanted, 8, **who)
    sending = chains.then("SendActivationLink", coded, 20, **who)
    chains.then("ActivationLinkSent", sending, 30, **who)
    stays = chains.rng.random(len(rows)) < 0.92
    clicked_at = visits.begin[rows] + chains.rng.integers(8_000, MINUTE, len(rows))
    some: dict[str, Any] = {name: values[stays] for name, values in who.items()}
    clicked = chains.say("ActivationLinkClicked", clicked_at[stays], **some)
    chains.then("UserAccountActivated", clicked, 10, **some)


class _Lines:
    """The lines of all visits with their numbers; what happens to them."""

    def __init__(
        self, chains: Chains, visits: Visits, books: Books, prices: NDArray[np.float64], numbers: Int64s
    ) -> None:
        self.chains, self.visits, self.reserved, self.number = chains, visits, books.reserved, numbers
        self.opens, self.whole, self.line = self._cart_lines()
        owner = visits.user[visits.line_visit]
        self.columns: dict[str, NDArray[Any]] = {
            "visit": visits.line_visit, "user": owner, "cart": owner, "product": visits.product,
            "line": self.line, "reservation": self.number, "quantity": visits.quantity, "price": prices,
        }  # fmt: skip

    def _cart_lines(self) -> tuple[NDArray[np.bool_], Int64s, Int64s]:
        """Whether an add opens a cart line (the others add to one), how much it then holds, and the line's number."""
        visits, count = self.visits, len(self.visits.added)
        opens, whole, line = np.ones(count, bool), visits.quantity.copy(), self.number.copy()
        pair = visits.line_visit * 2**20 + visits.product
        order = np.lexsort((visits.added, pair))
        same = np.flatnonzero(pair[order][1:] == pair[order][:-1]) + 1
        for place in same.tolist():  # few: only products that were added to once more
            here, before = order[place], order[place - 1]
            if self.reserved[before] and self.reserved[here] and visits.ended[before] > visits.added[here]:
                opens[here], line[here] = False, line[before]
                whole[here] = whole[before] + visits.quantity[here]
        return opens, whole, line

    def of(self, rows: NDArray[Any]) -> dict[str, Any]:
        """The columns of some lines."""
        return {name: values[rows] for name, values in self.columns.items()}

    def adds(self) -> None:
        chains, every = self.chains, np.arange(len(self.number))
        wanted = chains.say("AddingProductToCartRequested", self.visits.added, **self.of(every))
        asked = chains.then("ProductReservationRequested", wanted, 8, **self.of(every))
        held = chains.then("ProductReservationCreated", asked.take(self.reserved), 12, **self.of(self.reserved))
        opens = self.opens[self.reserved]
        chains.then("ProductAddedToCart", held.take(opens), 25, **self.of(self.reserved & self.opens))
        rows = self.reserved & ~self.opens
        chains.then("CartLineUpdated", held.take(~opens), 25, **self.of(rows) | {"quantity": self.whole[rows]})

    def ends(self) -> None:
        """Taken out by hand, or the reservation ran out."""
        chains, how = self.chains, self.visits.how
        rows = np.flatnonzero(self.reserved & (how == TAKEN_OUT))
        wanted = chains.say("ProductRemovalFromCartRequested", self.visits.ended[rows], **self.of(rows))
        chains.then("ProductRemovedFromCart", wanted, 10, **self.of(rows))
        asked = chains.then("ProductReservationRemovalRequested", wanted, 18, **self.of(rows))
        chains.then("ProductReservationRemoved", asked, 9, **self.of(rows))
        rows = np.flatnonzero(self.reserved & (how == EXPIRED))
        freed = chains.say("ProductReservationRemoved", self.visits.ended[rows], **self.of(rows))
        opens = self.opens[rows]
        chains.then("ProductRemovedFromCart", freed.take(opens), 15, **self.of(rows[opens]))

    def orders(self) -> None:
        """Visits with a line left to order."""
        rows = np.flatnonzero(self.reserved & (self.visits.how == ORDERED))
        buyers, place = np.unique(self.visits.line_visit[rows], return_inverse=True)
        owner = self.visits.user[buyers]
        who: dict[str, Any] = {"visit": buyers, "user": owner, "cart": owner, "order": self.chains.first + buyers + 1}
        wanted = self.chains.say("OrderCreationRequested", self.visits.order[buyers], **who)
        created = self.chains.then("OrderCreated", wanted, 14, **who)
        sending = self.chains.then("SendOrderConfirmation", created, 30, **who)
        self.chains.then("OrderConfirmationSent", sending, 40, **who)
        emptied = self.chains.then("RemoveCartLines", created, 10, **who)
        opens = self.opens[rows]
        self.chains.then("CartLineRemoved", emptied.take(place[opens]), 6, **self._whole_lines(rows[opens]))
        leaving = self.chains.then("MaterializeUserReservations", created, 12, **who)
        self.chains.then("ReservationMaterialized", leaving.take(place), 8, **self.of(rows))

    def _whole_lines(self, rows: Int64s) -> dict[str, Any]:
        """Cart lines with all their pieces."""
        most = dict(zip(self.line[~self.opens].tolist(), self.whole[~self.opens].tolist(), strict=True))
        quantity = [most.get(line, own) for line, own in zip(self.line[rows], self.whole[rows], strict=True)]
        return self.of(rows) | {"quantity": np.array(quantity, np.int64)}


def announce(
    chains: Chains, kind: str, product: Int64s, time: Int64s, held: Int64s, price: NDArray[np.float64]
) -> None:
    """The warehouse tells of products (indices) with their stock and price."""
    columns: dict[str, Any] = {"product": product + 1, "quantity": held, "price": price}
    asked = chains.say("ProductAdditionRequested", time, **columns)
    chains.then(kind, asked, 6, **columns)
