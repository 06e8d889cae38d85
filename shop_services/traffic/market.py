"""The shop as the simulator's people see it: what is sold, at what price, how much should be left."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate, count
from random import Random

from shop_services.traffic.actions import StockProduct
from shop_services.traffic.assortment import Product


class Market:
    """The products, their popularity, and a staff ledger of stock.

    The ledger counts what was delivered and ordered; it is an estimate (a refused reservation is not noticed), which is
    enough to reorder in time. `held` counts the scripts that need a product to stay as it is: staff keep their hands
    off it.
    """

    def __init__(self, products: list[Product]) -> None:
        self.products = {product.code: product for product in products}
        self.stock = dict.fromkeys(self.products, 0)
        self.held: dict[str, int] = {}
        self._numbers = count(len(products) + 1)
        self._boosts: dict[str, float] = {}
        self._popular: tuple[list[Product], list[float]] = ([], [])
        self.refresh()

    def refresh(self) -> None:
        """Take note of changed weights and boosts."""
        sold = [p for p in self.products.values() if p.weight > 0]
        weights = list(accumulate(p.weight * self._boosts.get(p.code, 1.0) for p in sold))
        self._popular = (sold, weights)

    def pick(self, rng: Random) -> Product:
        """A product by popularity."""
        products, weights = self._popular
        return products[min(bisect(weights, rng.random() * weights[-1]), len(products) - 1)]

    def boost(self, code: str, factor: float) -> None:
        """Make a product more popular; 1 ends it."""
        self._boosts[code] = factor
        if factor == 1.0:
            del self._boosts[code]
        self.refresh()

    def next_number(self) -> int:
        """The number of the next new product."""
        return next(self._numbers)

    def enlist(self, product: Product) -> None:
        """Take a new product into the assortment."""
        self.products[product.code] = product
        self.stock[product.code] = 0
        self.refresh()

    def stocking(self, product: Product, delivered: int, price: float | None = None) -> StockProduct:
        """The action that delivers pieces of a product, or (0 pieces) only sets its price; the ledger notes it."""
        self.stock[product.code] += delivered
        asked = product.price if price is None else price
        return StockProduct(product.code, product.name, product.description, self.stock[product.code], asked)

    def sold(self, cart: dict[str, int]) -> None:
        """Note an order."""
        for code, quantity in cart.items():
            self.stock[code] = max(self.stock[code] - quantity, 0)

    def hold(self, code: str) -> None:
        """Keep staff from touching a product."""
        self.held[code] = self.held.get(code, 0) + 1

    def release(self, code: str) -> None:
        """End a `hold`."""
        self.held[code] -= 1
        if not self.held[code]:
            del self.held[code]
