"""What rounds of judgement taken together bring, so that each is judged as things stood at its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.scenarios.pending import Fact
from models.scenarios.price_book import PriceBook
from models.scenarios.price_features import Sale
from models.scenarios.price_state import SCALE, Odd, Tag


@dataclass(slots=True)
class Heard:
    """Sales of several rounds, announcements, and what changed about odd sales."""

    book: PriceBook
    sales: list[Sale]
    ends: list[int] = field(default_factory=list)  # of each round, in `sales`
    announced: list[list[tuple[int, float]]] = field(default_factory=list)  # (product, price) of each round
    odds: dict[int, list[tuple[int, Odd]]] = field(default_factory=dict)  # by product: from which round on

    def take_in(self, facts: Sequence[Fact]) -> None:
        """The facts of the next round, in order of time."""
        announced = []
        for fact in facts:
            before = self._odd(fact.entity)
            sale = self.book.apply(fact)
            if sale is not None:
                self.sales.append(sale)
                self._compare(fact.entity, before)
            elif fact.tag == Tag.ANNOUNCED:
                announced.append((fact.entity, fact.key / SCALE))
        self.announced.append(announced)
        self.ends.append(len(self.sales))

    def of_round(self, number: int) -> slice:
        """Where the sales of a round are."""
        return slice(self.ends[number - 1] if number else 0, self.ends[number])

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
