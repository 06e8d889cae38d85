"""Carts: one a user, a line a product.

`user_id` of an event may be missing when a producer knows the cart only; `UserCartCreated` then tells whose it is.
"""

from shop_services.contracts.message import Command, Event

CONTEXT = "cart"
SERVICE = "cart-service"
TOPIC = "cart-events"


class CartCreationRequested(Command):
    """A user needs a cart."""

    user_id: int


class AddingProductToCartRequested(Command):
    """A user wants pieces of a product in the cart."""

    product_id: int
    quantity: int
    user_id: int


class ProductRemovalFromCartRequested(Command):
    """A user wants a product out of the cart."""

    product_id: int
    user_id: int


class RemoveCartLines(Command):
    """The user's cart is to be emptied, for its content was ordered."""

    user_id: int


class UserCartCreated(Event):
    """The user has a cart, empty."""

    user_id: int
    cart_id: int


class ProductAddedToCart(Event):
    """A product that was not in the cart now is, at this price a piece."""

    product_id: int
    cart_id: int
    quantity: int
    price: float
    user_id: int | None = None


class CartLineUpdated(Event):
    """A line changed: the quantity is the whole line's, the price is a piece's."""

    product_id: int
    cart_id: int
    cart_line_id: int
    quantity: int
    price: float
    user_id: int | None = None


class ProductRemovedFromCart(Event):
    """The product was taken out of the cart, by its user or because the reservation ran out."""

    product_id: int
    cart_id: int
    cart_line_id: int
    user_id: int | None = None


class CartLineRemoved(Event):
    """A line left the cart because it was ordered; quantity and price are its last."""

    product_id: int
    cart_line_id: int
    quantity: int
    price: float
    user_id: int | None = None
