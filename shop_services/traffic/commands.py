"""An action as the command it comes down to, and the service that handles it. Pure."""

from __future__ import annotations

from hashlib import blake2b

from shop_services.contracts import cart, orders, users, warehouse
from shop_services.contracts.message import Command
from shop_services.traffic.actions import (
    Action,
    Activate,
    AddToCart,
    Order,
    Register,
    RemoveAccount,
    RemoveFromCart,
    StockProduct,
    UpdateAccount,
)
from shop_services.traffic.identities import Identities

Request = tuple[str, Command]
"""The service asked, and what it is asked for."""


def request_of(action: Action | StockProduct, ids: Identities) -> Request | None:
    """The command behind an action; None when it has none (browsing), or its shopper or product is not known to the
    shop.
    """
    if isinstance(action, StockProduct):
        return warehouse.SERVICE, _listing(action)
    if isinstance(action, Register):
        return users.SERVICE, users.AccountDetailsProvided(username=username(action), password_digest=_digest(action))
    user_id = ids.users.get(action.shopper)
    return None if user_id is None else _of_user(action, user_id, ids)


def username(action: Action) -> str:
    """The name a shopper gives."""
    return f"shopper-{action.shopper}"


def _listing(action: StockProduct) -> Command:
    return warehouse.ProductAdditionRequested(
        code=action.code,
        name=action.name,
        description=action.description,
        quantity=action.quantity,
        price=action.price,
    )


def _of_user(action: Action, user_id: int, ids: Identities) -> Request | None:
    match action:
        case Order():
            return orders.SERVICE, orders.OrderCreationRequested(user_id=user_id)
        case AddToCart() | RemoveFromCart():
            return _of_cart(action, user_id, ids)
        case Activate():
            return users.SERVICE, users.ActivationLinkClicked(user_id=user_id)
        case UpdateAccount():
            name = username(action)
            return users.SERVICE, users.UpdateAccountDetailsProvided(username=name, password_digest=_digest(action))
        case RemoveAccount():
            return users.SERVICE, users.AccountRemovalRequested(user_id=user_id)
    return None


def _of_cart(action: AddToCart | RemoveFromCart, user_id: int, ids: Identities) -> Request | None:
    product_id = ids.products.get(action.code)
    if product_id is None:
        return None
    if isinstance(action, RemoveFromCart):
        return cart.SERVICE, cart.ProductRemovalFromCartRequested(product_id=product_id, user_id=user_id)
    wanted = cart.AddingProductToCartRequested(product_id=product_id, quantity=action.quantity, user_id=user_id)
    return cart.SERVICE, wanted


def _digest(action: Action) -> str:
    """Stands for the salted digest a shopper's password has."""
    return blake2b(username(action).encode(), digest_size=16).hexdigest()
