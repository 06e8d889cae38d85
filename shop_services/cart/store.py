"""What the cart service remembers."""

from shop_services.cart.domain import Cart, Line, ListedPrice
from shop_services.chassis.refusals import Unknown
from shop_services.chassis.rows import Tables


class Store:
    """Carts, lines and the price list."""

    def __init__(self, tables: Tables) -> None:
        self.next_cart_id = lambda: tables.next_id("cart")
        self.next_line_id = lambda: tables.next_id("line")
        self._carts = tables.rows(Cart)
        self._lines = tables.rows(Line, indexes=("user_id",))
        self._prices = tables.rows(ListedPrice)

    def has_cart(self, user_id: int) -> bool:
        """Whether the user has a cart."""
        return self._carts.get(user_id) is not None

    def cart(self, user_id: int) -> Cart:
        """The user's cart; raises Unknown."""
        if (cart := self._carts.get(user_id)) is None:
            raise Unknown(f"user {user_id} has no cart")
        return cart

    def keep_cart(self, cart: Cart) -> None:
        """Add a cart."""
        self._carts.put(cart)

    def forget_cart(self, user_id: int) -> None:
        """Remove a cart, its lines must be gone."""
        self._carts.delete(user_id)

    def lines(self, user_id: int) -> list[Line]:
        """The lines of a user's cart, oldest first."""
        return self._lines.find(user_id=user_id)

    def line(self, user_id: int, product_id: int) -> Line | None:
        """The line of a product in a user's cart."""
        return next(iter(self._lines.find(user_id=user_id, product_id=product_id)), None)

    def keep_line(self, line: Line) -> None:
        """Add or replace a line."""
        self._lines.put(line)

    def forget_line(self, line: Line) -> None:
        """Remove a line."""
        self._lines.delete(line.line_id)

    def price(self, product_id: int) -> float:
        """What a piece costs; raises Unknown when the warehouse has not announced the product."""
        if (listed := self._prices.get(product_id)) is None:
            raise Unknown(f"product {product_id} has no price")
        return listed.price

    def set_price(self, product_id: int, price: float) -> None:
        """Charge this price from now on; called by hand, past the warehouse, that is the cart's own mistake."""
        self._prices.put(ListedPrice(product_id, price))
