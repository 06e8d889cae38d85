"""The memory of `price_exploit`: announcements and sales in, a row a sale out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.facts import EntityKind, Facts
from models.scenarios import price_words
from models.scenarios.pending import Pending
from models.scenarios.price_book import PriceBook, factor
from models.scenarios.price_features import Sale, values
from models.scenarios.price_lots import Lots
from models.scenarios.price_state import HOUR, MINUTE, SCALE, Odd, PriceItem, Tag
from models.scenarios.price_strays import Strays
from models.spec import Entity, Finding, Reading, Rows, Scoring

WATCH_MS = 5 * MINUTE  # a wrong price stands until it is corrected or sold right again; so often it is judged again
WATCHED_FOR = 12 * HOUR
NEAR = 0.85  # a price from this part of another on is hardly a correction of it
MOST_PENDING = 50_000  # rows of facts; beyond, they are taken in before anybody asks


class Context(NamedTuple):
    """What explains a row."""

    sale: Sale
    members: tuple[int, ...]  # the products of its lot, this one included


class _Saved(msgspec.Struct):
    items: dict[int, PriceItem]
    recent: dict[int, bool]
    cheap: int
    factors: list[tuple[int, int, float]]
    shop_spread: float
    at_catalogue: float
    of_catalogue: float
    told_strays: Strays
    strays: Strays
    evicted: int
    lots: Lots
    watched: dict[int, Sale]
    watched_at: int
    sales: list[Sale]


@dataclass(slots=True)
class PriceMemory:
    """State of the scenario."""

    book: PriceBook = field(default_factory=PriceBook)
    model: Scoring | None = None
    typical: Sequence[float] | None = None  # ordinary values of the features, for explanations
    pending: Pending = field(default_factory=Pending)
    sales: list[Sale] = field(default_factory=list)  # to be judged by the next `rows`
    lots: Lots = field(default_factory=Lots)
    watched: dict[int, Sale] = field(default_factory=dict)  # product to its last wrong sale
    watched_at: int = 0

    def absorb(self, source: str, delta: Facts) -> None:
        """Queue increments of one source partition."""
        self.pending.add(source, delta)
        if self.pending.size > MOST_PENDING:
            self._settle()

    def doubt(self, until: int) -> None:
        """Silence says nothing here."""

    def rows(self, watermark: int) -> Rows | None:
        """A row a sale since the last call, and what is watched."""
        self._settle()
        self._watch(watermark)
        sales, self.sales = self.sales, []
        if not sales:
            return None
        features = values(sales)
        wrong = self.model.score(features) >= 1.0 if self.model is not None else np.zeros(len(sales), bool)
        contexts = [self._context(sale, is_wrong) for sale, is_wrong in zip(sales, wrong.tolist(), strict=True)]
        return self._rows(sales, features, contexts)

    def _settle(self) -> None:
        """Take in what is queued, noting the sales to judge."""
        for fact in self.pending.drain():
            sale = self.book.apply(fact)
            if sale is not None:
                self.sales.append(sale)
            elif fact.tag == Tag.ANNOUNCED:
                self._corrected(fact.entity, fact.key / SCALE)
        if self.model is None and len(self.sales) > MOST_PENDING:
            del self.sales[:-MOST_PENDING]  # nobody can judge them; the newest suffice once somebody can

    def _corrected(self, product: int, price: float) -> None:
        """An announced price ends the watch, unless it is the wrong one or near it."""
        sale = self.watched.get(product)
        if sale is not None and not NEAR * sale.price <= price <= sale.price / NEAR:
            del self.watched[product]

    def _watch(self, watermark: int) -> None:
        if watermark - self.watched_at < WATCH_MS:
            return
        self.watched_at = watermark - watermark % WATCH_MS
        for product, sale in list(self.watched.items()):
            odd = self.book.items[product].odd if product in self.book.items else Odd()
            if watermark - max(odd.last, sale.time) > WATCHED_FOR:
                del self.watched[product]
            elif watermark > sale.time:
                self.sales.append(sale._replace(time=watermark))

    def _context(self, sale: Sale, is_wrong: bool) -> Context:
        if not is_wrong:
            self.watched.pop(sale.product, None)
            return Context(sale, (sale.product,))
        self.watched.setdefault(sale.product, sale)
        lot = self.lots.join(sale.product, factor(sale.price, sale.catalogue, sale.usual), sale.price, sale.time)
        leader = lot.members[sale.product]
        others = (product for product, first in lot.members.items() if first == leader and product != leader)
        return Context(sale, (leader, *others))

    def _rows(self, sales: list[Sale], features: NDArray[np.float32], contexts: list[Context]) -> Rows:
        starts = [self._start(sale) for sale in sales]
        return Rows(
            entities=[Entity(EntityKind.PRODUCT, str(context.members[0])) for context in contexts],
            values=features,
            start=np.array(starts, np.int64),
            end=np.array([sale.time for sale in sales], np.int64),
            context=contexts,
        )

    def _start(self, sale: Sale) -> int:
        item = self.book.items.get(sale.product)
        is_odd = item is not None and item.odd.since and item.odd.since <= sale.time <= item.odd.last + WATCHED_FOR
        return item.odd.since if item is not None and is_odd else sale.time

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        """The row in words and figures."""
        context: Context = rows.context[index]
        item = self.book.items.get(context.sale.product)
        odd = item.odd if item is not None else Odd()
        return price_words.finding(
            context.sale,
            context.members,
            odd,
            rows.values[index],
            self.model,
            self.typical,
        )

    def readings(self, rows: Rows) -> Iterable[Reading]:
        """No curves: products are judged one by one."""
        return ()

    def forget(self, before: int) -> int:
        """Drop what is older than its horizon."""
        return self.book.forget(before)

    def save(self) -> bytes:
        """Everything, as MessagePack; what is queued is taken in first."""
        self._settle()
        book = self.book
        saved = _Saved(
            book.items, book.recent, book.cheap, book.factors, book.shop_spread, book.at_catalogue, book.of_catalogue,
            book.told_strays, book.strays, book.evicted, self.lots, self.watched, self.watched_at, self.sales,
        )  # fmt: skip
        return msgspec.msgpack.encode(saved)

    def load(self, raw: bytes) -> None:
        """Take up where `save` left off."""
        saved = msgspec.msgpack.decode(raw, type=_Saved)
        self.book = PriceBook(
            saved.items, saved.recent, saved.cheap, saved.factors, saved.shop_spread, saved.at_catalogue,
            saved.of_catalogue, saved.told_strays, saved.strays, saved.evicted,
        )  # fmt: skip
        self.lots, self.watched, self.watched_at, self.sales = (
            saved.lots,
            saved.watched,
            saved.watched_at,
            saved.sales,
        )
