"""Products and reservations. Pure: state, time and ids in, new state and events out.

Always: 0 <= reserved <= stock. Stock counts every piece in the house, the reserved ones included.
"""

from datetime import datetime, timedelta

import msgspec

from shop_services.chassis.refusals import Conflicting, Invalid
from shop_services.contracts.times import milliseconds, rfc3339
from shop_services.contracts.warehouse import (
    ProductAddedToWarehouse,
    ProductAdditionRequested,
    ProductReservationCreated,
    ProductReservationRemoved,
    ProductUpdatedInWarehouse,
    ReservationMaterialized,
)

RESERVATION_LASTS = timedelta(minutes=30)


class Product(msgspec.Struct, frozen=True):
    """A product for sale."""

    product_id: int
    code: str
    name: str
    description: str
    stock: int
    price: float
    reserved: int = 0


class Reservation(msgspec.Struct, frozen=True):
    """Pieces held for a user until `expires` (ms since the epoch)."""

    reservation_id: int
    product_id: int
    user_id: int
    quantity: int
    expires: int


def added(product_id: int, details: ProductAdditionRequested) -> tuple[Product, ProductAddedToWarehouse]:
    """A new product. Any price goes: whether it is right is for others to judge."""
    _check(details)
    product = Product(product_id, details.code, details.name, details.description, details.quantity, details.price)
    event = ProductAddedToWarehouse(
        product_id=product_id, code=product.code, name=product.name, quantity=product.stock, price=product.price
    )
    return product, event


def updated(product: Product, details: ProductAdditionRequested) -> tuple[Product, ProductUpdatedInWarehouse]:
    """The product with new details. What is reserved was promised, so the stock never falls below it."""
    _check(details)
    changed = msgspec.structs.replace(
        product,
        name=details.name,
        description=details.description,
        stock=max(details.quantity, product.reserved),
        price=details.price,
    )
    event = ProductUpdatedInWarehouse(
        product_id=product.product_id, code=product.code, name=changed.name, quantity=changed.stock, price=changed.price
    )
    return changed, event


def reserved(
    product: Product, reservation_id: int, user_id: int, quantity: int, now: datetime
) -> tuple[Product, Reservation, ProductReservationCreated]:
    """Pieces set aside; refused when fewer than that are neither gone nor promised."""
    if quantity < 1:
        raise Invalid("at least one piece can be reserved")
    if quantity > product.stock - product.reserved:
        raise Conflicting(f"product {product.product_id} has too few free pieces")
    reservation = Reservation(reservation_id, product.product_id, user_id, quantity, expiry(now))
    event = ProductReservationCreated(
        id=reservation_id, product_id=product.product_id, user_id=user_id, quantity=quantity
    )
    return msgspec.structs.replace(product, reserved=product.reserved + quantity), reservation, event


def expiry(now: datetime) -> int:
    """Until when a reservation made or renewed now lasts, ms since the epoch."""
    return milliseconds(now + RESERVATION_LASTS)


def released(product: Product, reservation: Reservation) -> tuple[Product, ProductReservationRemoved]:
    """The pieces are free again."""
    event = ProductReservationRemoved(
        id=reservation.reservation_id, product_id=reservation.product_id, user_id=reservation.user_id
    )
    return msgspec.structs.replace(product, reserved=product.reserved - reservation.quantity), event


def materialized(product: Product, reservation: Reservation, now: datetime) -> tuple[Product, ReservationMaterialized]:
    """The pieces leave the house."""
    remaining = msgspec.structs.replace(
        product, stock=product.stock - reservation.quantity, reserved=product.reserved - reservation.quantity
    )
    event = ReservationMaterialized(
        reservation_id=reservation.reservation_id,
        product_id=reservation.product_id,
        user_id=reservation.user_id,
        quantity=reservation.quantity,
        materialization_date=rfc3339(now),
    )
    return remaining, event


def _check(details: ProductAdditionRequested) -> None:
    if not details.code.strip():
        raise Invalid("a product needs a code")
    if details.quantity < 0:
        raise Invalid(f"product {details.code} cannot have a negative stock")
