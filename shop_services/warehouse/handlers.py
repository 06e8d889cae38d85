"""What the warehouse does on each command, how it reacts to the others' events, and what falls due by itself.

A function handles the message that its first parameter names; one without a message is a chore, run now and then.
"""

from collections.abc import Iterable

import msgspec

from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.chassis.refusals import Unknown
from shop_services.contracts.orders import OrderCreated
from shop_services.contracts.times import milliseconds
from shop_services.contracts.users import UserAccountRemoved
from shop_services.contracts.warehouse import (
    MaterializeUserReservations,
    ProductAdditionRequested,
    ProductReservationRemovalRequested,
    ProductReservationRequested,
)
from shop_services.warehouse import domain
from shop_services.warehouse.store import Store

Context = HandlingContext[Store]


def stock_product(command: ProductAdditionRequested, context: Context) -> list[Outgoing]:
    """A known code updates its product, a new one adds a product."""
    if held := context.store.product_coded(command.code):
        product, updated = domain.updated(held, command)
        context.store.keep_product(product)
        return [Outgoing(updated, _subject(product))]
    product, added = domain.added(context.store.next_product_id(), command)
    context.store.keep_product(product)
    return [Outgoing(added, _subject(product))]


def reserve(command: ProductReservationRequested, context: Context) -> list[Outgoing]:
    """Further pieces renew what the user holds of the product already, so that a cart's line expires as a whole."""
    product = context.store.product(command.product_id)
    reservation_id = context.store.next_reservation_id()
    product, reservation, event = domain.reserved(
        product, reservation_id, command.user_id, command.quantity, context.now
    )
    for earlier in context.store.reservations_of(command.user_id, command.product_id):
        context.store.keep_reservation(msgspec.structs.replace(earlier, expires=reservation.expires))
    context.store.keep_product(product)
    context.store.keep_reservation(reservation)
    return [Outgoing(event, _subject(product))]


def release(command: ProductReservationRemovalRequested, context: Context) -> list[Outgoing]:
    """All the user holds of the product."""
    held = context.store.reservations_of(command.user_id, command.product_id)
    if not held:
        raise Unknown(f"user {command.user_id} holds nothing of product {command.product_id}")
    return _release(held, context)


def materialize(command: MaterializeUserReservations, context: Context) -> list[Outgoing]:
    """All the user holds leaves the stock."""
    outgoing = []
    for reservation in context.store.reservations(command.user_id):
        product, event = domain.materialized(context.store.product(reservation.product_id), reservation, context.now)
        context.store.keep_product(product)
        context.store.forget_reservation(reservation)
        outgoing.append(Outgoing(event, _subject(product)))
    return outgoing


def materialize_order(event: OrderCreated, context: Context) -> list[Outgoing]:
    """An order takes all that its owner holds."""
    return [Outgoing(MaterializeUserReservations(user_id=event.order_owner), f"user/{event.order_owner}")]


def release_removed_user(event: UserAccountRemoved, context: Context) -> list[Outgoing]:
    """Nothing is held for somebody who is gone."""
    return _release(context.store.reservations(event.user_id), context)


def release_expired(context: Context) -> list[Outgoing]:
    """Reservations nobody ordered in time are set free."""
    return _release(context.store.expired(milliseconds(context.now)), context)


def _release(reservations: Iterable[domain.Reservation], context: Context) -> list[Outgoing]:
    outgoing = []
    for reservation in reservations:
        product, event = domain.released(context.store.product(reservation.product_id), reservation)
        context.store.keep_product(product)
        context.store.forget_reservation(reservation)
        outgoing.append(Outgoing(event, _subject(product)))
    return outgoing


def _subject(product: domain.Product) -> str:
    return f"product/{product.product_id}"
