"""Who holds what: takes in facts one by one, in order of event time as far as possible.

A release (order, removal) at time t frees what was added up to t, whichever of the two is heard of first. So the book
ends in the same state however facts fell into batches.
"""

from dataclasses import dataclass, field

from models.facts import EntityKind
from models.scenarios.line_sizes import LineSizes
from models.scenarios.pending import Fact
from models.scenarios.stock_state import (
    CARTED,
    DAY,
    HOUR,
    LINE,
    RESERVED,
    Height,
    Holding,
    Records,
    Shopper,
    StockItem,
    Tag,
)

FRESH_MS = 2 * HOUR  # a user is fresh for so long after registering
EVIDENCE_KEPT = 5
KEEP_HOLDING_MS = DAY  # pieces held for longer were lost sight of: the release was never told
KEEP_USER_MS = 60 * DAY  # wholesalers come back after weeks
KEEP_PRODUCT_MS = 90 * DAY
MOST_USERS = 200_000
MOST_PRODUCTS = 100_000

USER, STOCK, FREED, MATERIALIZED, LINE_GONE = map(  # plain integers, for the hot path
    int, (EntityKind.USER, Tag.STOCK, Tag.FREED, Tag.MATERIALIZED, Tag.LINE_GONE)
)


@dataclass(slots=True)
class StockBook:
    """State of the shop as far as stock and carts go."""

    sizes: LineSizes
    items: dict[int, StockItem] = field(default_factory=dict)
    shoppers: dict[int, Shopper] = field(default_factory=dict)
    carts: dict[int, int] = field(default_factory=dict)  # cart to user
    has_reservations: bool = False
    started: int = 0  # first event time, ms
    evicted: int = 0
    touched: dict[int, Height] = field(default_factory=dict)  # by product, since it was last cleared
    touched_users: set[int] = field(default_factory=set)

    def apply(self, fact: Fact) -> None:
        """Take in one fact."""
        self.started = self.started or fact.time
        if fact.kind == USER:
            self._of_user(fact)
        elif fact.tag == STOCK:
            self.item(fact.entity).announce(fact.key, fact.last)
        elif (user := fact.key if fact.key >= 0 else self._user_of(fact.key)) >= 0:
            self._of_pair(fact, user)

    def item(self, product: int) -> StockItem:
        """The product's state."""
        item = self.items.get(product)
        if item is None:
            item = self.items[product] = StockItem()
        return item

    def shopper(self, user: int, time: int) -> Shopper:
        """The user's state, new at `time` when never seen."""
        shopper = self.shoppers.get(user)
        if shopper is None:
            shopper = self.shoppers[user] = Shopper(first_seen=time)
        if time > shopper.last_seen:
            shopper.last_seen = time
        return shopper

    def _of_user(self, fact: Fact) -> None:
        shopper = self.shopper(fact.entity, fact.last)
        if fact.tag == Tag.REGISTERED:
            shopper.registered = fact.time
        elif fact.tag == Tag.CART:
            self.carts[fact.key] = fact.entity
        else:
            shopper.orders += fact.n
            shopper.ordered_at = max(shopper.ordered_at, fact.last)
            self._record_basket(fact.entity, shopper)
            for product in list(shopper.products):
                self._order(fact.entity, product, fact.last)

    def _record_basket(self, user: int, shopper: Shopper) -> None:
        """Of how many products the order takes a large share."""
        if len(shopper.products) <= shopper.record_products:
            return
        items = map(self.items.__getitem__, shopper.products)
        large = sum(item.is_large(item.holdings[user].open) for item in items if user in item.holdings)
        shopper.record_products = max(shopper.record_products, large)

    def _of_pair(self, fact: Fact, user: int) -> None:
        item = self.items.get(fact.entity) or self.item(fact.entity)
        holding = item.holdings.get(user)
        if holding is None:
            holding = item.holdings[user] = Holding()
        if fact.tag > LINE:
            self._release(fact, user, item, holding)
        else:
            self._add(fact, user, item, holding)

    def _user_of(self, key: int) -> int:
        """The user of a fact that names -2 - cart, for its producer knows the cart only. Unknown carts of a shop that
        tells of reservations are left to those; elsewhere the cart stands for its user."""
        cart = -2 - key
        return self.carts.get(cart, -1 if self.has_reservations or self.carts else cart)

    def _add(self, fact: Fact, user: int, item: StockItem, holding: Holding) -> None:
        """Most facts are of this kind, so they are taken apart once."""
        time, tag, _, product, _, n, amount, last, offset, event_id, source = fact
        shopper = self.shopper(user, last)
        if last <= holding.released_at or last <= shopper.ordered_at:
            self._late(fact, item, shopper)
            return
        if not holding.adds:
            holding.evidence, holding.is_fresh = [], self.is_fresh(shopper, time)
        if len(holding.evidence) < EVIDENCE_KEPT:
            holding.evidence.append((source, offset, event_id))
        gained = holding.add(last, tag, amount // n if tag == LINE else amount, n)
        self.has_reservations = self.has_reservations or tag == RESERVED
        if gained > 0:
            holding.cycled.add(gained, last, HOUR)
            item.added.add(gained, last, HOUR)
        self._changed(user, item, holding, gained)
        shopper.products.add(product)
        if last > item.touched_at:
            item.touched_at = last
        self._touch(product, user, holding.reach(last), item, shopper)

    def is_fresh(self, shopper: Shopper, time: int) -> bool:
        """Whether a user without an order registered, or was first seen, a short while ago."""
        if shopper.orders:
            return False
        if shopper.registered:
            return time - shopper.registered < FRESH_MS
        return time - self.started > DAY and time - shopper.first_seen < FRESH_MS

    def _late(self, fact: Fact, item: StockItem, shopper: Shopper) -> None:
        """An add whose release is known already was never open as far as we could see; only flows count it."""
        if fact.tag == CARTED:
            item.added.add(fact.amount, fact.last, HOUR)
            if fact.last <= shopper.ordered_at:
                item.ordered.add(fact.amount, fact.last, HOUR)

    def _touch(self, product: int, user: int, pieces: int, item: StockItem, shopper: Shopper) -> None:
        held = self.touched.get(product)
        if held is None or pieces >= held.pieces:
            self.touched[product] = Height(user, pieces, self._records(item, shopper))
        self.touched_users.add(user)

    def records(self, product: int, user: int) -> Records:
        """The records as they stand now: an order placed a moment later must not be measured against itself."""
        return self._records(self.item(product), self.shoppers.get(user) or Shopper())

    def _records(self, item: StockItem, shopper: Shopper) -> Records:
        sizes = self.sizes
        return Records(item.record, shopper.record, shopper.record_share, sizes.far, sizes.largest)

    def _changed(self, user: int, item: StockItem, holding: Holding, gained: int) -> None:
        """Bring the product's sums up to date after a holding grew, or fell by `-gained`."""
        now = holding.reserved if holding.is_reserved else holding.carted
        item.open += gained
        if gained and holding.is_fresh:
            item.fresh_pieces += gained
            item.fresh_users += (now > 0) - (now - gained > 0)
        if user == item.top:
            if gained < 0:
                item.find_top()
            return
        top = item.holdings.get(item.top)
        if top is None or now >= (top.reserved if top.is_reserved else top.carted):
            item.top = user

    def _release(self, fact: Fact, user: int, item: StockItem, holding: Holding) -> None:
        if fact.tag == MATERIALIZED:
            self._materialize(fact, user, item, holding)
        elif fact.tag == FREED:
            self._changed(user, item, holding, -holding.free(fact.n, fact.last))
        elif fact.tag != LINE_GONE or not holding.reserved:
            self._changed(user, item, holding, -holding.release(fact.last))
        self._let_go(user, fact.entity, holding)

    def _materialize(self, fact: Fact, user: int, item: StockItem, holding: Holding) -> None:
        """The order took its pieces out of the stock, unless `_order` did so when the order was heard of."""
        if not self._order(user, fact.entity, fact.last) and fact.last - holding.ordered_at > HOUR:
            item.leave(fact.amount, fact.last)

    def _order(self, user: int, product: int, time: int) -> int:
        """What was held up to `time` is ordered; how many pieces."""
        item, shopper = self.item(product), self.shopper(user, time)
        holding = item.holdings.get(user)
        if holding is None:
            return 0
        pieces = holding.release(time)
        if pieces:
            holding.ordered_at = time
            self._record(item, shopper, pieces, time)
        self._changed(user, item, holding, -pieces)
        self._let_go(user, product, holding)
        return pieces

    def _record(self, item: StockItem, shopper: Shopper, pieces: int, time: int) -> None:
        """An order line becomes something that later ones are measured against."""
        shopper.record = max(shopper.record, pieces)
        if item.full > 0:
            shopper.record_share = max(shopper.record_share, pieces / item.full)
        item.record = max(item.record, pieces)
        item.ordered.add(pieces, time, HOUR)
        item.leave(pieces, time)
        self.sizes.add(pieces)

    def _let_go(self, user: int, product: int, holding: Holding) -> None:
        if not holding.adds and user in self.shoppers:
            self.shoppers[user].products.discard(product)

    def forget(self, now: int) -> int:
        """Drop what is older than its horizon and what exceeds the caps; how many products and users went."""
        for product, item in self.items.items():
            if item.holdings:
                self._forget_holdings(product, item, now)
        users = _stale({user: s.last_seen for user, s in self.shoppers.items()}, now - KEEP_USER_MS, MOST_USERS)
        for user in users:
            for product in self.shoppers.pop(user).products:
                self._drop(user, product)
        touched = {product: max(i.touched_at, i.stock_at) for product, i in self.items.items()}
        products = _stale(touched, now - KEEP_PRODUCT_MS, MOST_PRODUCTS)
        for product in products:
            self._drop_item(product)
        gone = set(users)
        if gone:
            self.carts = {cart: user for cart, user in self.carts.items() if user not in gone}
        self.evicted += len(users) + len(products)
        return len(users) + len(products)

    def _forget_holdings(self, product: int, item: StockItem, now: int) -> None:
        done, lost = now - 2 * HOUR, now - KEEP_HOLDING_MS
        old = [
            user
            for user, holding in item.holdings.items()
            if holding.released_at < (limit := lost if holding.adds else done) and holding.cycled.at < limit
        ]
        for user in old:
            self._drop(user, product)

    def _drop(self, user: int, product: int) -> None:
        item = self.items[product]
        holding = item.holdings.get(user)
        if holding is None:
            return
        self._changed(user, item, holding, -holding.release(holding.since + KEEP_PRODUCT_MS))
        self._let_go(user, product, holding)
        del item.holdings[user]
        if item.top == user:
            item.find_top()

    def _drop_item(self, product: int) -> None:
        for user in self.items.pop(product).holdings:
            if user in self.shoppers:
                self.shoppers[user].products.discard(product)


def _stale(seen: dict[int, int], before: int, most: int) -> list[int]:
    """Ids last seen (ms) before `before`, and the longest unseen beyond the cap."""
    old = [key for key, time in seen.items() if time < before]
    excess = len(seen) - len(old) - most
    if excess > 0:
        old += sorted(seen.keys() - set(old), key=seen.__getitem__)[:excess]
    return old
