"""Wrong prices that stand: each is judged again every few minutes until it is corrected, sold right or long unseen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from models.scenarios.looks import Looks
from models.scenarios.price_features import Sale
from models.scenarios.price_rounds import Announcement
from models.scenarios.price_state import HOUR, MINUTE

WATCH_MS = 5 * MINUTE  # a wrong price stands until it is corrected or sold right again; so often it is judged again
WATCHED_FOR = 12 * HOUR
NEAR = 0.85  # a price from this part of another on is hardly a correction of it


@dataclass(slots=True)
class PriceWatch:
    """The products whose last sale that counts was wrong."""

    sales: dict[int, Sale] = field(default_factory=dict)  # product to its first wrong sale
    looks: Looks = field(default_factory=lambda: Looks(WATCH_MS))

    @classmethod
    def of(cls, sales: dict[int, Sale], at: int) -> Self:
        """What was watched when the look at event time `at`, ms, had been taken."""
        return cls(sales, Looks(WATCH_MS, at))

    def begin(self, sale: Sale) -> None:
        """The sale was wrong."""
        self.sales.setdefault(sale.product, sale)

    def correct(self, announced: Announcement) -> None:
        """An announced price ends the watch, unless it is the wrong one or near it."""
        sale = self.sales.get(announced.product)
        if sale is not None and not NEAR * sale.price <= announced.price <= sale.price / NEAR:
            del self.sales[announced.product]

    def end(self, products: Iterable[int], time: int) -> None:
        """These were right at event time `time`, ms."""
        for product in products:
            if product in self.sales and self.sales[product].time < time:
                del self.sales[product]

    def again(self, time: int, last: Callable[[int], int]) -> list[Sale]:
        """What is to be judged again before what happens at `time`; `last` tells when a product was sold wrong last."""
        due = self.looks.due(time)
        return [sale for look in due for sale in self._at(look, last)] if self.sales else []

    def _at(self, look: int, last: Callable[[int], int]) -> list[Sale]:
        for product, sale in list(self.sales.items()):
            if look - max(last(product), sale.time) > WATCHED_FOR:
                del self.sales[product]
        return [sale._replace(time=look) for sale in self.sales.values() if look > sale.time]
