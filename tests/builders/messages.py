"""Builders of shop messages for tests: every field is said, nothing has a default that pleases a test."""

from datetime import UTC, datetime

from shop_services.contracts import cart, warehouse
from shop_services.contracts.envelope import encode, new_envelope
from shop_services.contracts.message import Message


def moment(text: str) -> datetime:
    """`moment("12:30:05")` on the day all tests play."""
    return datetime.fromisoformat(f"2026-03-02T{text}").replace(tzinfo=UTC)


def ms(text: str) -> int:
    """The same in ms since the epoch."""
    return int(moment(text).timestamp() * 1000)


def raw(message: Message, at: str, subject: str) -> bytes:
    """A message as it stands on its topic."""
    return encode(new_envelope(message, at=moment(at), subject=subject, correlation_id=f"request-{at}"))


def added(product: int, user: int, quantity: int, price: float, at: str) -> bytes:
    """A ProductAddedToCart; the cart has its user's number."""
    message = cart.ProductAddedToCart(product_id=product, cart_id=user, user_id=user, quantity=quantity, price=price)
    return raw(message, at, f"cart/{user}")


def reserved(product: int, user: int, quantity: int, at: str) -> bytes:
    """A ProductReservationCreated."""
    message = warehouse.ProductReservationCreated(id=1, product_id=product, user_id=user, quantity=quantity)
    return raw(message, at, f"product/{product}")
