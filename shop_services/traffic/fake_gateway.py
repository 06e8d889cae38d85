"""A gateway without a network, over a shop in-process: for tests and for trying out the live simulator.

Takes the requests of `calls` and answers them as the gateway does, bodies included.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import msgspec

from shop_services.chassis.inprocess import InProcessShop
from shop_services.contracts import cart, orders, users, warehouse
from shop_services.contracts.envelope import Envelope
from shop_services.contracts.message import Command

Sent = list[tuple[str, Envelope]]
Handler = Callable[..., tuple[str, Command]]


class FakeGateway:
    """Use `transport` where an httpx client is made. `log` keeps what the shop's topics got, in order of the requests.

    While `is_down`, nobody answers.
    """

    def __init__(self, now: Callable[[], datetime], seed: int = 0) -> None:
        self.log: Sent = []
        self.is_down = False
        self.transport = httpx.MockTransport(self._answer)
        self._now = now
        self._shop = InProcessShop(seed)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("nobody listens", request=request)
        if request.method == "GET":
            return httpx.Response(200, json=[])
        body = msgspec.json.decode(request.content) if request.content else {}
        sent = self._shop.request(*_command(request.method, request.url.path, body), self._now())
        self.log += sent
        return httpx.Response(202 if len(sent) > 1 else 409, json=self._fields(sent))

    def _fields(self, sent: Sent) -> dict[str, Any]:
        """What the answers of all services tell, taken together: new ids and, for a new user, the activation code."""
        known: dict[str, Any] = {}
        for _, envelope in sent:
            known |= msgspec.json.decode(envelope.data)
        told: dict[str, Any] = {name: known[name] for name in ("userId", "productId", "orderId") if name in known}
        if sent[0][1].type.endswith("AccountDetailsProvided") and "userId" in told:
            account = self._shop.services["users"].store.account(told["userId"])
            told["activationCode"] = account.activation_code
        return {"correlationId": sent[0][1].correlationid, **told}


def _command(method: str, path: str, body: dict[str, Any]) -> tuple[str, Command]:
    """The command behind a request; LookupError when there is no such route."""
    for route, handler in _ROUTES:
        if found := re.fullmatch(route, f"{method} {path}"):
            return handler(body, *found.groups())
    raise LookupError(f"no route for {method} {path}")


def _product(body: dict[str, Any], code: str = "") -> tuple[str, Command]:
    return warehouse.SERVICE, warehouse.ProductAdditionRequested(**{"code": code, **body})


def _registration(body: dict[str, Any]) -> tuple[str, Command]:
    return users.SERVICE, users.AccountDetailsProvided(username=body["username"])


def _activation(body: dict[str, Any], user_id: str) -> tuple[str, Command]:
    return users.SERVICE, users.ActivationLinkClicked(user_id=int(user_id))


def _update(body: dict[str, Any], user_id: str) -> tuple[str, Command]:
    return users.SERVICE, users.UpdateAccountDetailsProvided(username=body["username"])


def _removal(body: dict[str, Any], user_id: str) -> tuple[str, Command]:
    return users.SERVICE, users.AccountRemovalRequested(user_id=int(user_id))


def _line(body: dict[str, Any], user_id: str) -> tuple[str, Command]:
    command = cart.AddingProductToCartRequested(
        product_id=body["productId"], quantity=body["quantity"], user_id=int(user_id)
    )
    return cart.SERVICE, command


def _line_removal(body: dict[str, Any], user_id: str, product_id: str) -> tuple[str, Command]:
    return cart.SERVICE, cart.ProductRemovalFromCartRequested(product_id=int(product_id), user_id=int(user_id))


def _order(body: dict[str, Any]) -> tuple[str, Command]:
    return orders.SERVICE, orders.OrderCreationRequested(user_id=body["userId"])


_ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"POST /products", _product),
    (r"PUT /products/(.+)", _product),
    (r"POST /users", _registration),
    (r"POST /users/(\d+)/activation", _activation),
    (r"PUT /users/(\d+)", _update),
    (r"DELETE /users/(\d+)", _removal),
    (r"POST /carts/(\d+)/lines", _line),
    (r"DELETE /carts/(\d+)/lines/(\d+)", _line_removal),
    (r"POST /orders", _order),
)
