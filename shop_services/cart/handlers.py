"""What the cart service does on each command, and how it reacts to the others' events.

A function handles the message that its first parameter names.
"""

from shop_services.cart import domain
from shop_services.cart.store import Store
from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.chassis.refusals import Conflicting, Invalid, Unknown
from shop_services.contracts.cart import (
    AddingProductToCartRequested,
    CartCreationRequested,
    ProductRemovalFromCartRequested,
    RemoveCartLines,
)
from shop_services.contracts.orders import OrderCreated
from shop_services.contracts.users import UserAccountCreated, UserAccountRemoved
from shop_services.contracts.warehouse import (
    ProductAddedToWarehouse,
    ProductReservationCreated,
    ProductReservationRemovalRequested,
    ProductReservationRemoved,
    ProductReservationRequested,
    ProductUpdatedInWarehouse,
)

Context = HandlingContext[Store]


def create_cart(command: CartCreationRequested, context: Context) -> list[Outgoing]:
    """One a user."""
    if context.store.has_cart(command.user_id):
        raise Conflicting(f"user {command.user_id} has a cart already")
    cart = domain.Cart(command.user_id, context.store.next_cart_id())
    context.store.keep_cart(cart)
    return [Outgoing(domain.created(cart), f"cart/{cart.cart_id}")]


def ask_for_reservation(command: AddingProductToCartRequested, context: Context) -> list[Outgoing]:
    """Nothing enters the cart yet: the warehouse must first set the pieces aside."""
    if command.quantity < 1:
        raise Invalid("at least one piece can be added to a cart")
    context.store.cart(command.user_id)
    context.store.price(command.product_id)
    wanted = ProductReservationRequested(
        product_id=command.product_id, user_id=command.user_id, quantity=command.quantity
    )
    return [Outgoing(wanted, f"product/{command.product_id}")]


def take_out(command: ProductRemovalFromCartRequested, context: Context) -> list[Outgoing]:
    """The pieces go back to the warehouse."""
    context.store.cart(command.user_id)
    if (line := context.store.line(command.user_id, command.product_id)) is None:
        raise Unknown(f"product {command.product_id} is not in the cart of user {command.user_id}")
    release = ProductReservationRemovalRequested(product_id=line.product_id, user_id=line.user_id)
    return [*_without(line, context), Outgoing(release, f"product/{line.product_id}")]


def empty(command: RemoveCartLines, context: Context) -> list[Outgoing]:
    """What was in the cart is ordered."""
    lines = context.store.lines(command.user_id)
    for line in lines:
        context.store.forget_line(line)
    return [Outgoing(domain.ordered(line), f"cart/{line.cart_id}") for line in lines]


def create_cart_of_new_user(event: UserAccountCreated, context: Context) -> list[Outgoing]:
    """Every user gets a cart."""
    return [Outgoing(CartCreationRequested(user_id=event.user_id), f"user/{event.user_id}")]


def drop_cart_of_removed_user(event: UserAccountRemoved, context: Context) -> list[Outgoing]:
    """No user, no cart; the warehouse sets the pieces free by itself."""
    outgoing = [sent for line in context.store.lines(event.user_id) for sent in _without(line, context)]
    context.store.forget_cart(event.user_id)
    return outgoing


def list_price(event: ProductAddedToWarehouse, context: Context) -> list[Outgoing]:
    """A new product enters the price list."""
    context.store.set_price(event.product_id, event.price)
    return []


def change_price(event: ProductUpdatedInWarehouse, context: Context) -> list[Outgoing]:
    """The price list follows the warehouse; lines keep the price they were put in at."""
    context.store.set_price(event.product_id, event.price)
    return []


def put_in(event: ProductReservationCreated, context: Context) -> list[Outgoing]:
    """The warehouse has set the pieces aside: now they are in the cart, unless the cart has gone meanwhile."""
    if not context.store.has_cart(event.user_id):
        return [_give_back(event)]
    cart, price = context.store.cart(event.user_id), context.store.price(event.product_id)
    if line := context.store.line(event.user_id, event.product_id):
        longer, updated = domain.extended(line, event.quantity, price)
        context.store.keep_line(longer)
        return [Outgoing(updated, f"cart/{cart.cart_id}")]
    line_id = context.store.next_line_id()
    line = domain.Line(line_id, cart.cart_id, cart.user_id, event.product_id, event.quantity, price)
    context.store.keep_line(line)
    return [Outgoing(domain.added(line), f"cart/{cart.cart_id}")]


def take_out_unreserved(event: ProductReservationRemoved, context: Context) -> list[Outgoing]:
    """What is not reserved any more leaves the cart; a line its user took out is gone already."""
    line = context.store.line(event.user_id, event.product_id)
    return _without(line, context) if line else []


def empty_ordered_cart(event: OrderCreated, context: Context) -> list[Outgoing]:
    """An order takes all that is in the cart."""
    return [Outgoing(RemoveCartLines(user_id=event.order_owner), f"user/{event.order_owner}")]


def _without(line: domain.Line, context: Context) -> list[Outgoing]:
    context.store.forget_line(line)
    return [Outgoing(domain.removed(line), f"cart/{line.cart_id}")]


def _give_back(event: ProductReservationCreated) -> Outgoing:
    release = ProductReservationRemovalRequested(product_id=event.product_id, user_id=event.user_id)
    return Outgoing(release, f"product/{event.product_id}")
