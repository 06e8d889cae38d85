"""Faults inside the shop that no shopper can cause: they change what a request leaves in the log. In-process only.

A tamper sees all messages of one request in causal order. What a lost message would have caused is lost with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import msgspec

from shop_services.contracts.cart import CartLineRemoved, CartLineUpdated, ProductAddedToCart
from shop_services.contracts.catalogue import type_of
from shop_services.contracts.envelope import Envelope

Sent = tuple[str, Envelope]
"""A message and the topic it goes to."""

_PRICED = frozenset(type_of(cls) for cls in (ProductAddedToCart, CartLineUpdated, CartLineRemoved))


@dataclass(frozen=True, slots=True)
class Tamper:
    """`change` is applied to the messages of each request made from `begin` to `end` (shop time, seconds since the
    epoch).
    """

    begin: float
    end: float
    change: Callable[[list[Sent]], list[Sent]]

    def applied(self, at: float, sent: list[Sent]) -> list[Sent]:
        """What is left of the messages of a request made at `at`."""
        return self.change(sent) if self.begin <= at < self.end else sent


def without(sent: list[Sent], lost: Callable[[Envelope], bool]) -> list[Sent]:
    """Drop the lost messages and everything that they caused."""
    gone: set[str] = set()
    left = []
    for topic, envelope in sent:
        if envelope.causationid in gone or lost(envelope):
            gone.add(envelope.id)
        else:
            left.append((topic, envelope))
    return left


def service_stopped(service: str) -> Callable[[list[Sent]], list[Sent]]:
    """Nothing of this service happens."""
    source = f"/cqshop/{service}"
    return lambda sent: without(sent, lambda envelope: envelope.source == source)


def service_reduced(service: str, lost: float, rng: Random) -> Callable[[list[Sent]], list[Sent]]:
    """The share `lost` of what this service handles is lost."""
    source = f"/cqshop/{service}"
    return lambda sent: without(sent, lambda envelope: envelope.source == source and rng.random() < lost)


def type_silenced(name: str) -> Callable[[list[Sent]], list[Sent]]:
    """Events of one type are not published any more; everything else goes on, their consequences too."""
    ending = f".{name}"
    return lambda sent: [one for one in sent if not one[1].type.endswith(ending)]


def effects_lost(share: float, rng: Random) -> Callable[[list[Sent]], list[Sent]]:
    """Commands go on, but `share` of the requests has no effect: no event, no command of another service."""
    return lambda sent: sent[:1] if rng.random() < share else sent


def cart_priced(
    product_id: Callable[[], int | None], price_of: Callable[[float, int], float]
) -> Callable[[list[Sent]], list[Sent]]:
    """The cart charges `price_of(price, quantity)` for one product, whatever the warehouse says."""

    def change(sent: list[Sent]) -> list[Sent]:
        wrong = product_id()
        return [(topic, _repriced(envelope, wrong, price_of)) for topic, envelope in sent]

    return change


def _repriced(envelope: Envelope, product_id: int | None, price_of: Callable[[float, int], float]) -> Envelope:
    if envelope.type not in _PRICED:
        return envelope
    data = msgspec.json.decode(envelope.data)
    if data["productId"] != product_id:
        return envelope
    data["price"] = round(price_of(data["price"], data["quantity"]), 2)
    return msgspec.structs.replace(envelope, data=msgspec.Raw(msgspec.json.encode(data)))
