"""What everything usually costs: takes in announcements and sales one by one, in order of event time if it can."""

from dataclasses import dataclass, field

from models.scenarios.pending import Fact
from models.scenarios.price_features import CENT, FEWEST_SALES, Sale
from models.scenarios.price_state import (
    DAY,
    HOUR,
    MINUTE,
    SCALE,
    SLOW,
    Odd,
    PriceItem,
    Tag,
    octaves,
)
from models.scenarios.price_strays import Strays

GRACE_MS = MINUTE  # a cart may still use the price announced before the last
LINE_GRACE_MS = DAY  # an updated line keeps the price it was added at
CHEAP = -0.4  # octaves from the usual price: a quarter off
OFF = 0.4  # octaves from which a sale is odd
FAR_OFF = 1.5  # octaves from which a day counts as one with odd sales
FREE = -20.0  # octaves that stand for a price of nothing, whatever it should have been
LOT_MS = 2 * HOUR
SAME_FACTOR = 0.03  # octaves
MOST_RECENT = 300  # products whose last sale tells how broad a price change is
MOST_FACTORS = 200
TRUST_FADES = 0.9995  # a sale: trust rests on the last two thousand or so
FEWEST_TRUSTED = 20  # sales before the shop's trust in its catalogue is known
ODD_MS = 2 * HOUR
EVIDENCE_KEPT = 8
KEEP_PRODUCT_MS = 180 * DAY
MOST_PRODUCTS = 100_000


@dataclass(slots=True)
class PriceBook:
    """State of the shop as far as prices go."""

    items: dict[int, PriceItem] = field(default_factory=dict)
    recent: dict[int, bool] = field(default_factory=dict)  # product to "its last sale was cheap", oldest sale first
    cheap: int = 0  # how many of them were
    factors: list[tuple[int, int, float]] = field(default_factory=list)  # (time, product, octaves) of odd sales
    shop_spread: float = 0.0
    at_catalogue: float = 0.0  # sales at the announced price, and all of announced products; both fade
    of_catalogue: float = 0.0
    told_strays: Strays = field(default_factory=Strays)  # from the announced price
    strays: Strays = field(default_factory=Strays)  # from the history of what nobody announced
    evicted: int = 0

    def apply(self, fact: Fact) -> Sale | None:
        """Take in one fact; a sale is given back as things stood before it."""
        item = self.items.get(fact.entity)
        if item is None:
            item = self.items[fact.entity] = PriceItem(first_seen=fact.time)
        item.last_seen = max(item.last_seen, fact.last)
        if fact.tag == Tag.ANNOUNCED:
            item.refer(fact.time)
            item.announce(fact.key, fact.time)
            return None
        sale = self._sale(item, fact)
        self._learn(item, fact, sale)
        return sale

    def _sale(self, item: PriceItem, fact: Fact) -> Sale:
        reference = item.refer(fact.time)
        price = fact.key / SCALE
        level = item.catalogue(fact.key, fact.time, GRACE_MS if fact.tag == Tag.SOLD else LINE_GRACE_MS)
        catalogue = level / SCALE if level >= 0 else -1.0
        off_catalogue = _off_catalogue(price, catalogue)
        off_history = _off_history(price, reference.lowest, reference.highest)
        off = off_catalogue or off_history
        run = item.run.count if item.run.is_like(off) else 0
        return Sale(
            time=fact.time,
            product=fact.entity,
            price=price,
            pieces=fact.amount / fact.n,
            catalogue=catalogue,
            trust=self.at_catalogue / self.of_catalogue if self.of_catalogue >= FEWEST_TRUSTED else -1.0,
            usual=reference.usual,
            lowest=reference.lowest,
            highest=reference.highest,
            weight=reference.weight,
            spread=reference.spread,
            shop_spread=self.shop_spread,
            sold=item.sold.read(fact.time, HOUR) + fact.n,
            expected=item.expected_sales(fact.time),
            odd_sales=item.odd.sales.read(fact.time, ODD_MS),
            breadth=self._breadth(fact.entity),
            lot=float(
                self._lot(
                    fact.entity,
                    fact.time,
                    factor(price, catalogue, reference.usual),
                )
            ),
            erratic=item.days.share(fact.time),
            creep=item.creep.octaves if fact.key == item.creep.now else 0.0,
            strays=self.told_strays.known(off_catalogue) if off_catalogue else self.strays.known(off_history),
            run=float(run + fact.n) if off else 0.0,
            is_given=float(item.is_always_free()),
            is_line=float(fact.tag == Tag.LINE),
        )

    def _breadth(self, product: int) -> float:
        """Share of the other products sold lately that went cheaply."""
        own = self.recent.get(product)
        others = len(self.recent) - (own is not None)
        return (self.cheap - bool(own)) / others if others >= 5 else 0.0

    def _lot(self, product: int, time: int, off: float) -> int:
        """How many other products were off by the same factor lately."""
        if abs(off) < OFF:
            return 0
        held = self.factors
        return len({p for at, p, o in held if abs(o - off) < SAME_FACTOR and time - at < LOT_MS and p != product})

    def _learn(self, item: PriceItem, fact: Fact, sale: Sale) -> None:
        item.sold.add(fact.n, fact.last, HOUR)
        item.sold_slowly.add(fact.n, fact.last, SLOW)
        item.note(fact.key, fact.n, fact.time)
        if not item.announced:
            item.creep.move(fact.key, fact.time)
        self._learn_shop(fact, sale)
        if fact.tag == Tag.SOLD:
            self._follow(item, fact, sale)
        off = factor(sale.price, sale.catalogue, sale.usual)
        item.days.note(fact.time, abs(off) >= FAR_OFF)
        if abs(off) >= OFF:
            self.factors = [
                *self.factors[-MOST_FACTORS:],
                (fact.time, fact.entity, off),
            ]
            _note_odd(item, fact, sale)

    def _follow(self, item: PriceItem, fact: Fact, sale: Sale) -> None:
        """Whether the sale goes on with a run of odd ones, or ends it."""
        if sale.catalogue >= 0:
            item.run = self.told_strays.take(item.run, _off_catalogue(sale.price, sale.catalogue), fact.n)
        elif sale.weight >= FEWEST_SALES:
            item.run = self.strays.take(item.run, _off_history(sale.price, sale.lowest, sale.highest), fact.n)

    def _learn_shop(self, fact: Fact, sale: Sale) -> None:
        off = octaves(sale.price, sale.usual) if sale.usual > 0 else 0.0
        if sale.usual > 0:
            self.shop_spread += (min(abs(off), 4.0) - self.shop_spread) / 500
        if sale.catalogue > 0:
            self.of_catalogue = self.of_catalogue * TRUST_FADES + 1
            self.at_catalogue = self.at_catalogue * TRUST_FADES + (abs(octaves(sale.price, sale.catalogue)) < 0.01)
        self.cheap += (off < CHEAP) - bool(self.recent.pop(fact.entity, False))
        self.recent[fact.entity] = off < CHEAP
        if len(self.recent) > MOST_RECENT:
            self.cheap -= self.recent.pop(next(iter(self.recent)))

    def forget(self, now: int) -> int:
        """Drop products not seen for long and what exceeds the cap; how many."""
        old = [product for product, item in self.items.items() if now - item.last_seen > KEEP_PRODUCT_MS]
        excess = len(self.items) - len(old) - MOST_PRODUCTS
        if excess > 0:
            rest = self.items.keys() - set(old)
            old += sorted(rest, key=lambda product: self.items[product].last_seen)[:excess]
        for product in old:
            del self.items[product]
            self.cheap -= self.recent.pop(product, False)
        self.evicted += len(old)
        return len(old)


def _off_catalogue(price: float, catalogue: float) -> float:
    """Octaves from the announced price; 0 where it is that, or none is known."""
    if catalogue <= 0 or abs(price - catalogue) <= max(0.007 * catalogue, CENT):
        return 0.0
    return octaves(price, catalogue)


def _off_history(price: float, lowest: float, highest: float) -> float:
    """Octaves below the lowest or above the highest price of the past; 0 between them, or where there is no past."""
    if lowest <= 0 or 0.93 * lowest < price < 1.07 * highest:
        return 0.0
    return octaves(price, lowest) if price < lowest else octaves(price, highest)


def factor(price: float, catalogue: float, usual: float) -> float:
    """Octaves from the announced price where the sale is off it, else from the usual price; 0: neither is known."""
    if price <= 0:
        return FREE
    if catalogue > 0 and abs(octaves(price, catalogue)) > 0.01:
        return octaves(price, catalogue)
    return octaves(price, usual) if usual > 0 else 0.0


def _note_odd(item: PriceItem, fact: Fact, sale: Sale) -> None:
    odd = item.odd  # replaced, not changed: who judged a round before keeps what stood then
    odd = item.odd = Odd(since=fact.time) if fact.time - odd.last > ODD_MS else odd.copy()
    odd.sales.add(fact.n, fact.last, ODD_MS)
    odd.last = max(odd.last, fact.last)
    odd.count += fact.n
    odd.pieces += fact.amount
    odd.difference += (expected_price(sale) - sale.price) * fact.amount
    if len(odd.evidence) < EVIDENCE_KEPT:
        odd.evidence.append((fact.source, fact.offset, fact.event_id))


def expected_price(sale: Sale) -> float:
    """What it should have cost: the announced price unless the sale was at it, then the usual one."""
    if sale.catalogue > 0 and abs(octaves(sale.price, sale.catalogue)) > 0.01:
        return sale.catalogue
    return sale.usual if sale.usual > 0 else max(sale.catalogue, 0.0)
