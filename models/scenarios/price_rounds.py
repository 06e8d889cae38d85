"""What rounds of judgement taken together bring, so that each is judged as things stood at its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from models.scenarios.pending import Fact
from models.scenarios.price_book import PriceBook
from models.scenarios.price_features import Sale
from models.scenarios.price_state import SCALE, Odd, Tag


class Announcement(NamedTuple):
    """A price the warehouse told."""

    time: int  # ms
    product: int
    price: float  # in the currency
    place: int  # so many of the sales to be judged came before


@dataclass(slots=True)
class Heard:
    """Sales of several rounds, announcements, and what changed about odd sales."""

    book: PriceBook
    sales: list[Sale]
    announced: list[Announcement]
    ends: list[tuple[int, int]] = field(default_factory=list)  # of each round, in `sales` and in `announced`
    odds: dict[int, list[tuple[int, Odd]]] = field(default_factory=dict)  # by product: from which round on

    def take_in(self, facts: Sequence[Fact]) -> None:
        """The facts of the next round, in order of time."""
        for fact in facts:
            before = self._odd(fact.entity)
            sale = self.book.apply(fact)
            if sale is not None:
                self.sales.append(sale)
                self._compare(fact.entity, before)
            elif fact.tag == Tag.ANNOUNCED:
                self.announced.append(Announcement(fact.time, fact.entity, fact.key / SCALE, len(self.sales)))
        self.ends.append((len(self.sales), len(self.announced)))

    def story(self, number: int) -> Iterator[int | Announcement]:
        """What a round brought, in order of time: numbers of sales, and announcements between them."""
        (at, told), (end, until) = self.ends[number - 1] if number else (0, 0), self.ends[number]
        for announcement in self.announced[told:until]:
            yield from range(at, announcement.place)
            at = announcement.place
            yield announcement
        yield from range(at, end)

    def odd(self, product: int, number: int) -> Odd:
        """The product's odd sales as they stood at the end of a round."""
        told = self.odds.get(product)
        if told is None:
            return self._odd(product) or Odd()
        return next(odd for since, odd in reversed(told) if since <= number)

    def _compare(self, product: int, before: Odd | None) -> None:
        now = self.book.items[product].odd
        if now is not before:
            self.odds.setdefault(product, [(-1, before or Odd())]).append((len(self.ends), now))

    def _odd(self, product: int) -> Odd | None:
        item = self.book.items.get(product)
        return None if item is None else item.odd
