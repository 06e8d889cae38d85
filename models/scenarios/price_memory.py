"""The memory of `price_exploit`: announcements and sales in, a row a sale out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.census import Census
from models.entity import Entity
from models.facts import EntityKind, Facts, Int64s
from models.finding import Finding, Reading
from models.pieces import of_struct
from models.rounds import Rounds
from models.rows import Rows
from models.scenarios import price_words
from models.scenarios.pending import Fact, Pending, by_round
from models.scenarios.price_book import PriceBook, factor
from models.scenarios.price_features import FEATURES, FEWEST_SALES, Sale, values
from models.scenarios.price_lots import Lots
from models.scenarios.price_rounds import Announcement, Heard
from models.scenarios.price_state import Odd, PriceItem
from models.scenarios.price_strays import Strays
from models.scenarios.price_watch import WATCHED_FOR, PriceWatch
from models.spec import Announced, Scoring, Warmth

MOST_PENDING = 50_000  # rows of facts; beyond, they are taken in before anybody asks


class Context(NamedTuple):
    """What explains a row."""

    sale: Sale
    members: tuple[int, ...]  # the products of its lot, this one included
    odd: Odd  # the product's odd sales


class _Saved(msgspec.Struct, array_like=True):
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
    announced: list[Announcement] = msgspec.field(default_factory=list)


@dataclass(slots=True)
class PriceMemory:
    """State of the scenario."""

    book: PriceBook = field(default_factory=PriceBook)
    model: Scoring | None = None
    typical: Sequence[float] | None = None  # ordinary values of the features, for explanations
    pending: Pending = field(default_factory=Pending)
    sales: list[Sale] = field(default_factory=list)  # to be judged by the next `rows`
    announced: list[Announcement] = field(default_factory=list)  # between them
    lots: Lots = field(default_factory=Lots)
    watch: PriceWatch = field(default_factory=PriceWatch)

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
        due = self._judge(self._heard(), [watermark])
        return None if due is None else due[0]

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        """The same of many rounds, scored together."""
        self._settle()
        heard = Heard(self.book, self.sales, self.announced)
        for facts in by_round(rounds):
            heard.take_in(facts)
        return self._judge(heard, rounds.watermarks.tolist())

    def _settle(self) -> None:
        """Take in what is queued, noting the sales to judge."""
        self._heard(self.pending.drain())
        if self.model is None:  # nobody can judge them; the newest suffice once somebody can
            del self.sales[:-MOST_PENDING]
            self.announced.clear()

    def _heard(self, facts: Sequence[Fact] = ()) -> Heard:
        heard = Heard(self.book, self.sales, self.announced)
        heard.take_in(facts)
        return heard

    def _judge(self, heard: Heard, watermarks: Sequence[int]) -> tuple[Rows, Int64s] | None:
        """Rows of the rounds heard, (n,) the round of each."""
        self.sales, self.announced = [], []
        features, wrong = self._scored(heard.sales)
        rounds = [self._round(heard, number, watermark, wrong) for number, watermark in enumerate(watermarks)]
        contexts = [context for judged in rounds for context in judged]
        if not contexts:
            return None
        if len(contexts) > len(features):  # some were judged again
            features = values([context.sale for context in contexts])
        return _rows(features, contexts), np.repeat(np.arange(len(rounds)), [len(judged) for judged in rounds])

    def _round(self, heard: Heard, number: int, watermark: int, wrong: list[bool]) -> list[Context]:
        """The sales of a round, and what is watched when it is time to, in order of event time."""
        judged: list[Context] = []
        for event in heard.story(number):
            if isinstance(event, Announcement):
                judged += self._again(heard, number, event.time)
                self.watch.correct(event)
            else:
                sale = heard.sales[event]
                judged += self._again(heard, number, sale.time)
                judged.append(self._context(sale, wrong[event], heard.odd(sale.product, number)))
        return judged + self._again(heard, number, watermark)

    def _again(self, heard: Heard, number: int, time: int) -> list[Context]:
        """What is watched, when event time `time` is reached."""
        sales = self.watch.again(time, lambda product: heard.odd(product, number).last)
        if not sales:
            return []
        odds = [heard.odd(sale.product, number) for sale in sales]
        return list(map(self._context, sales, self._scored(sales)[1], odds))

    def _scored(self, sales: list[Sale]) -> tuple[NDArray[np.float32], list[bool]]:
        """Features, (n, n_features), and which sales are wrong by them."""
        if not sales:
            return np.empty((0, len(FEATURES)), np.float32), []
        features = values(sales)
        wrong = self.model.score(features) >= 1.0 if self.model is not None else np.zeros(len(sales), bool)
        return features, wrong.tolist()

    def _context(self, sale: Sale, is_wrong: bool, odd: Odd) -> Context:
        if not is_wrong:
            self._sold_right(sale)
            return Context(sale, (sale.product,), odd)
        self.watch.begin(sale)
        lot = self.lots.join(sale.product, factor(sale.price, sale.catalogue, sale.usual), sale.price, sale.time)
        leader = lot.members[sale.product]
        others = (product for product, first in lot.members.items() if first == leader and product != leader)
        return Context(sale, (leader, *others), odd)

    def _sold_right(self, sale: Sale) -> None:
        """A sale at an ordinary price ends the watch of its product and of those that the same mistake made wrong."""
        if not sale.is_line and not sale.run and sale.product in self.watch.sales:
            self.watch.end(self.lots.fellows(sale.product), sale.time)

    def judged_until(self, watermark: int) -> int:
        """All of it is judged at once."""
        return watermark

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        """The row in words and figures."""
        context: Context = rows.context[index]
        return price_words.finding(
            context.sale,
            context.members,
            context.odd,
            rows.values[index],
            self.model,
            self.typical,
        )

    def readings(self, rows: Rows) -> Iterable[Reading]:
        """No curves: products are judged one by one."""
        return ()

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """Rows of announced times are muted; what is known of a product or user goes on."""

    def readiness(self, watermark: int) -> Warmth:
        """A price is strange only beside others."""
        return Warmth() if self.book.items else Warmth("warming", "no product's price is known yet")

    def census(self, watermark: int) -> Census:
        """Products are known by the price that was announced, or by enough sales."""
        items = self.book.items.values()
        known = sum(bool(item.announced) or item.reference.weight >= FEWEST_SALES for item in items)
        return Census(known, len(items) - known)

    def forget(self, before: int) -> int:
        """Drop what is older than its horizon."""
        return self.book.forget(before)

    def save(self) -> bytes:
        """Everything, as MessagePack; what is queued is taken in first."""
        return b"".join(self.save_in_pieces())

    def save_in_pieces(self) -> Iterator[bytes]:
        """The same piece by piece; nothing may be taken in meanwhile."""
        self._settle()
        book = self.book
        saved = _Saved(
            book.items, book.recent, book.cheap, book.factors, book.shop_spread, book.at_catalogue, book.of_catalogue,
            book.told_strays, book.strays, book.evicted, self.lots, self.watch.sales, self.watch.looks.at, self.sales,
            self.announced,
        )  # fmt: skip
        return of_struct(saved)

    def load(self, raw: bytes) -> None:
        """Take up where `save` left off."""
        saved = msgspec.msgpack.decode(raw, type=_Saved)
        self.book = PriceBook(
            saved.items, saved.recent, saved.cheap, saved.factors, saved.shop_spread, saved.at_catalogue,
            saved.of_catalogue, saved.told_strays, saved.strays, saved.evicted,
        )  # fmt: skip
        self.sales, self.announced = saved.sales, saved.announced
        self.lots = saved.lots
        self.watch = PriceWatch.of(saved.watched, saved.watched_at)


def _rows(features: NDArray[np.float32], contexts: list[Context]) -> Rows:
    return Rows(
        entities=[Entity(EntityKind.PRODUCT, str(context.members[0])) for context in contexts],
        values=features,
        start=np.array([_start(context) for context in contexts], np.int64),
        end=np.array([context.sale.time for context in contexts], np.int64),
        context=contexts,
    )


def _start(context: Context) -> int:
    odd, time = context.odd, context.sale.time
    return odd.since if odd.since and odd.since <= time <= odd.last + WATCHED_FOR else time
