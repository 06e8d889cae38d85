"""Carts, their lines and the price list they charge from. Pure: state and ids in, new state and events out."""

import msgspec

from shop_services.contracts.cart import (
    CartLineRemoved,
    CartLineUpdated,
    ProductAddedToCart,
    ProductRemovedFromCart,
    UserCartCreated,
)


class Cart(msgspec.Struct, frozen=True):
    """A user's cart."""

    user_id: int
    cart_id: int


class Line(msgspec.Struct, frozen=True):
    """Pieces of one product in a cart, at a price a piece."""

    line_id: int
    cart_id: int
    user_id: int
    product_id: int
    quantity: int
    price: float


class ListedPrice(msgspec.Struct, frozen=True):
    """What a piece of a product costs in a cart. Copied from the warehouse's events, so it can be wrong by itself."""

    product_id: int
    price: float


def created(cart: Cart) -> UserCartCreated:
    """What a new cart announces."""
    return UserCartCreated(user_id=cart.user_id, cart_id=cart.cart_id)


def extended(line: Line, quantity: int, price: float) -> tuple[Line, CartLineUpdated]:
    """The line with more pieces, all of them at the price of now."""
    longer = msgspec.structs.replace(line, quantity=line.quantity + quantity, price=price)
    return longer, CartLineUpdated(
        product_id=line.product_id,
        cart_id=line.cart_id,
        cart_line_id=line.line_id,
        user_id=line.user_id,
        quantity=longer.quantity,
        price=price,
    )


def added(line: Line) -> ProductAddedToCart:
    """What a new line announces."""
    return ProductAddedToCart(
        product_id=line.product_id,
        cart_id=line.cart_id,
        user_id=line.user_id,
        quantity=line.quantity,
        price=line.price,
    )


def removed(line: Line) -> ProductRemovedFromCart:
    """What a line announces that its user, or the end of its reservation, took out."""
    return ProductRemovedFromCart(
        product_id=line.product_id, cart_id=line.cart_id, cart_line_id=line.line_id, user_id=line.user_id
    )


def ordered(line: Line) -> CartLineRemoved:
    """What a line announces that was ordered."""
    return CartLineRemoved(
        product_id=line.product_id,
        cart_line_id=line.line_id,
        user_id=line.user_id,
        quantity=line.quantity,
        price=line.price,
    )
