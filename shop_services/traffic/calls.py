"""An action as a request to the gateway. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from shop_services.traffic.actions import (
    Action,
    Activate,
    AddToCart,
    Browse,
    Order,
    Register,
    RemoveAccount,
    RemoveFromCart,
    StockProduct,
    UpdateAccount,
)
from shop_services.traffic.commands import username
from shop_services.traffic.identities import Identities


class Call(NamedTuple):
    """One HTTP request."""

    method: str
    path: str
    json: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Turns actions into calls with what is known of ids and of activation codes (by the simulator's number of a
    shopper).
    """

    ids: Identities
    codes: Mapping[int, str]
    run: str  # tells the accounts of this run from those of earlier ones

    def call(self, action: Action | StockProduct) -> Call | None:
        """The request behind an action; None when its shopper or product is not known to the shop (yet)."""
        if isinstance(action, StockProduct):
            return self._listing(action)
        if isinstance(action, Register):
            return Call("POST", "/users", self._account(action))
        if isinstance(action, Browse | AddToCart | RemoveFromCart):
            return self._about_product(action)
        user_id = self.ids.users.get(action.shopper)
        return None if user_id is None else self._of_user(action, user_id)

    def _listing(self, action: StockProduct) -> Call:
        fields = {
            "name": action.name,
            "description": action.description,
            "quantity": action.quantity,
            "price": action.price,
        }
        if action.code in self.ids.products:
            return Call("PUT", f"/products/{action.code}", fields)
        return Call("POST", "/products", {"code": action.code, **fields})

    def _account(self, action: Action) -> dict[str, Any]:
        name = f"{username(action)}-{self.run}"
        return {"username": name, "password": f"secret of {name}", "email": f"{name}@example.org"}

    def _about_product(self, action: Browse | AddToCart | RemoveFromCart) -> Call | None:
        product_id, user_id = self.ids.products.get(action.code), self.ids.users.get(action.shopper)
        if product_id is None or user_id is None:
            return None
        if isinstance(action, Browse):
            return Call("GET", f"/products/{product_id}")
        if isinstance(action, RemoveFromCart):
            return Call("DELETE", f"/carts/{user_id}/lines/{product_id}")
        return Call("POST", f"/carts/{user_id}/lines", {"productId": product_id, "quantity": action.quantity})

    def _of_user(self, action: Action, user_id: int) -> Call | None:
        match action:
            case Order():
                return Call("POST", "/orders", {"userId": user_id})
            case Activate():
                code = self.codes.get(action.shopper)
                return None if code is None else Call("POST", f"/users/{user_id}/activation", {"code": code})
            case UpdateAccount():
                return Call("PUT", f"/users/{user_id}", self._account(action))
            case RemoveAccount():
                return Call("DELETE", f"/users/{user_id}")
        raise TypeError(f"nobody knows how to {type(action).__name__} over HTTP")
