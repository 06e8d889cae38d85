"""The memory of `stock_exhaustion`: facts in, moments of touched products and users out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from models.census import Census
from models.entity import Entity
from models.facts import EntityKind, Facts, Int64s
from models.finding import Finding, Reading
from models.pieces import of_struct
from models.rounds import Rounds
from models.rows import Made, Rows
from models.scenarios import stock_words
from models.scenarios.line_sizes import ENOUGH, LineSizes
from models.scenarios.looks import Looks
from models.scenarios.pending import Fact, Pending, by_round
from models.scenarios.stock_book import StockBook
from models.scenarios.stock_features import FEWEST_NEWCOMERS, Moment, values
from models.scenarios.stock_state import HOUR, Height, Holding, Shopper, StockItem
from models.spec import Announced, Scoring, Warmth

STEP_MS = 10_000  # what happens to a product within a step is judged once, at its height
WATCH_MS = 60_000  # large holdings are judged again so often, for time alone makes them suspicious
WATCHED_SHARE = 0.3  # held by all
MOST_PENDING = 50_000  # rows of facts; beyond, they are taken in before anybody asks
FEWEST_PRODUCTS = 4  # a user with large holdings of fewer products is seen by way of the products


Evidence = list[tuple[str, int, str]]  # (source, offset, event id) each
Shown = tuple[Evidence, int]  # the first so many of the records


class Context(NamedTuple):
    """What explains a row."""

    moment: Moment
    evidence: Evidence  # of what was held at that moment


class _Saved(msgspec.Struct, array_like=True):
    sizes: LineSizes
    items: dict[int, StockItem]
    shoppers: dict[int, Shopper]
    carts: dict[int, int]
    has_reservations: bool
    started: int
    evicted: int
    watched: list[int]
    watched_users: list[int]
    watched_at: int
    moments: list[Moment]
    shown: list[Shown] = msgspec.field(default_factory=list)


@dataclass(slots=True)
class StockMemory:
    """State of the scenario. `rows` gives a row for a product and step in which somebody took pieces of it."""

    book: StockBook
    model: Scoring | None = None
    typical: Sequence[float] | None = None  # ordinary values of the features, for explanations
    pending: Pending = field(default_factory=Pending)
    moments: list[Moment] = field(default_factory=list)  # to be judged by the next `rows`
    shown: list[Shown] = field(default_factory=list)  # the evidence of each of them
    watched: set[int] = field(default_factory=set)
    watched_users: set[int] = field(default_factory=set)
    looks: Looks = field(default_factory=lambda: Looks(WATCH_MS))

    def absorb(self, source: str, delta: Facts) -> None:
        """Queue increments of one source partition."""
        self.pending.add(source, delta)
        if self.pending.size > MOST_PENDING:
            self._settle()

    def doubt(self, until: int) -> None:
        """Silence says nothing here."""

    def rows(self, watermark: int) -> Rows | None:
        """What was touched since the last call, step by step, and what is watched."""
        self._settle()
        self._watch(watermark)
        return self._due()

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        """The same of many rounds, scored together."""
        self._settle()
        counts = []
        for watermark, facts in zip(rounds.watermarks.tolist(), by_round(rounds), strict=True):
            self._take_in(facts)
            self._watch(watermark)
            counts.append(len(self.moments))
        rows = self._due()
        return None if rows is None else (rows, np.repeat(np.arange(len(rounds)), np.diff(counts, prepend=0)))

    def _due(self) -> Rows | None:
        moments, self.moments = self.moments, []
        shown, self.shown = self.shown, []
        return _rows(moments, shown) if moments else None

    def _settle(self) -> None:
        """Take in what is queued, noting the moments to judge."""
        self._take_in(self.pending.drain())
        if self.model is None and len(self.moments) > MOST_PENDING:
            del self.moments[:-MOST_PENDING]  # nobody can judge them; the newest suffice once somebody can
            del self.shown[:-MOST_PENDING]

    def _take_in(self, facts: Sequence[Fact]) -> None:
        """Take in facts in order of time, judging products and users at the end of each step."""
        step = last = 0
        for fact in facts:
            if fact.time >= step + STEP_MS:
                self._flush(last)
                step = fact.time - fact.time % STEP_MS
                self._watch(step)
            self.book.apply(fact)
            last = fact.last
        self._flush(last)

    def _flush(self, time: int) -> None:
        """Note the moments of what was touched within a step that ended at `time`."""
        book = self.book
        for product, height in book.touched.items():
            self._judge_product(product, height, time)
        for user in book.touched_users:
            self._judge_user(user, time)
        book.touched.clear()
        book.touched_users.clear()

    def _watch(self, time: int) -> None:
        """Note what is watched at every time to look before what happens at `time`."""
        due = self.looks.due(time)
        if self.watched or self.watched_users:
            for look in due:
                self._look(look)

    def _look(self, time: int) -> None:
        products, self.watched = self.watched, set()
        users, self.watched_users = self.watched_users, set()
        for product in products:
            item = self.book.items.get(product)
            if item is not None and item.open:
                height = Height(item.top, 0, self.book.records(product, item.top))
                self._judge_product(product, height, time)
        for user in users:
            self._judge_user(user, time)

    def _judge_product(self, product: int, height: Height, time: int) -> None:
        """Note the product at `time`; somebody reached `height` within the step, and may have let go since."""
        book, item = self.book, self.book.items[product]
        top = item.holdings.get(item.top)
        if top is not None and top.open > height.pieces:
            height = Height(item.top, top.open, book.records(product, item.top))
        holding = item.holdings.get(height.user) or Holding()
        asked = max(holding.asked(time), height.pieces if height.pieces > holding.open else 0)
        if item.open >= WATCHED_SHARE * item.full > 0 or holding.open > book.sizes.far > 0:
            self.watched.add(product)
        is_crowd = item.fresh_users >= FEWEST_NEWCOMERS and item.fresh_pieces > max(holding.open, asked)
        moment = Moment(
            time, 0, product, height.user, holding.since, holding.open, asked, item.open, item.stock, item.full,
            *height.records, item.fresh_pieces, item.fresh_users, len(item.holdings),
            holding.cycled.read(time, HOUR), item.added.read(time, HOUR), item.ordered.read(time, HOUR),
            crowd_since=item.crowd_since() if is_crowd else 0,
        )  # fmt: skip
        self._note(moment, holding.evidence)

    def _note(self, moment: Moment, evidence: Evidence) -> None:
        """Keep a moment to be judged; the evidence may grow before it is."""
        self.moments.append(moment)
        self.shown.append((evidence, len(evidence)))

    def _judge_user(self, user: int, time: int) -> None:
        shopper = self.book.shoppers.get(user)
        if shopper is None or len(shopper.products) < FEWEST_PRODUCTS:
            return
        held = [(item.holdings[user], item) for item in map(self.book.items.__getitem__, shopper.products)]
        large = [(h, i) for h, i in held if i.is_large(h.open)]
        if len(large) >= FEWEST_PRODUCTS:
            self.watched_users.add(user)
            evidence = (self.book.items[product].holdings[user].evidence for product in sorted(shopper.products))
            self._note(self._user(user, shopper, large, time), [records[0] for records in evidence if records])

    def _user(
        self,
        user: int,
        shopper: Shopper,
        large: list[tuple[Holding, StockItem]],
        time: int,
    ) -> Moment:
        pieces, full = sum(h.open for h, _ in large), sum(i.full for _, i in large)
        stocks = sum(min(h.open / i.ample, 1.0) for h, i in large)
        return Moment(
            time, 1, user, user, min(h.since for h, _ in large), pieces, 0, pieces, sum(i.stock for _, i in large),
            full, -1, shopper.record, shopper.record_share, self.book.sizes.far, self.book.sizes.largest, 0, 0,
            1, 0.0, 0.0, 0.0, len(large), stocks, shopper.record_products,
        )  # fmt: skip

    def judged_until(self, watermark: int) -> int:
        """All of it is judged at once."""
        return watermark

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        """The row in words and figures."""
        moment, records = rows.context[index]
        return stock_words.finding(moment, rows.values[index], records, self.model, self.typical)

    def readings(self, rows: Rows) -> Iterable[Reading]:
        """No curves: products and users are judged one by one."""
        return ()

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """Rows of announced times are muted; what is known of a product or user goes on."""

    def readiness(self, watermark: int) -> Warmth:
        """Stock levels, or enough order lines, say what is much."""
        lines = int(self.book.sizes.total)
        if lines >= ENOUGH or any(item.full >= 0 for item in self.book.items.values()):
            return Warmth()
        return Warmth("warming", f"no stock level was told, and {lines:,} of {ENOUGH:,} order lines are known")

    def census(self, watermark: int) -> Census:
        """Products are known by their stock level, or all of them by enough order lines."""
        items = self.book.items.values()
        told = len(items) if self.book.sizes.total >= ENOUGH else sum(item.full >= 0 for item in items)
        return Census(told, len(items) - told)

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
            book.sizes, book.items, book.shoppers, book.carts, book.has_reservations, book.started, book.evicted,
            sorted(self.watched), sorted(self.watched_users), self.looks.at, self.moments,
            self.shown,
        )  # fmt: skip
        return of_struct(saved)

    def load(self, raw: bytes) -> None:
        """Take up where `save` left off."""
        saved = msgspec.msgpack.decode(raw, type=_Saved)
        self.book = StockBook(
            saved.sizes,
            saved.items,
            saved.shoppers,
            saved.carts,
            saved.has_reservations,
            saved.started,
            saved.evicted,
        )
        self.watched, self.watched_users = set(saved.watched), set(saved.watched_users)
        self.looks = Looks(WATCH_MS, saved.watched_at)
        self.moments, self.shown = saved.moments, saved.shown or [([], 0)] * len(saved.moments)


def _rows(moments: list[Moment], shown: list[Shown]) -> Rows:
    kinds = (EntityKind.PRODUCT, EntityKind.USER)
    return Rows(
        entities=Made(len(moments), lambda row: Entity(kinds[moments[row].is_user], str(moments[row].entity))),
        values=values(moments),
        start=np.array([moment.begun for moment in moments], np.int64),
        end=np.array([moment.time for moment in moments], np.int64),
        context=Made(len(moments), lambda row: Context(moments[row], shown[row][0][: shown[row][1]])),
    )
