"""What people can do to the shop. Both drivers carry out exactly these, so a script never knows which one runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shop_services.traffic.incidents import Incident


@dataclass(frozen=True, slots=True)
class Action:
    """Something a shopper does. `shopper` is the simulator's own number for a person; the driver knows the user id."""

    shopper: int


@dataclass(frozen=True, slots=True)
class Register(Action):
    """Open an account."""


@dataclass(frozen=True, slots=True)
class Activate(Action):
    """Click on the link with the activation code."""


@dataclass(frozen=True, slots=True)
class Browse(Action):
    """Look at one product: a request that leaves no message."""

    code: str


@dataclass(frozen=True, slots=True)
class AddToCart(Action):
    """Put `quantity` pieces of a product into the cart."""

    code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class RemoveFromCart(Action):
    """Take a product out of the cart."""

    code: str


@dataclass(frozen=True, slots=True)
class Order(Action):
    """Order what lies in the cart."""


@dataclass(frozen=True, slots=True)
class UpdateAccount(Action):
    """Change the account's details."""


@dataclass(frozen=True, slots=True)
class RemoveAccount(Action):
    """Close the account."""


@dataclass(frozen=True, slots=True)
class StockProduct:
    """Staff list a product, or change the listed one of that code: `quantity` pieces in stock from now on, at `price`
    each.
    """

    code: str
    name: str
    description: str
    quantity: int
    price: float


@dataclass(frozen=True, slots=True)
class Step:
    """An action at a moment (`at`: shop time, seconds since the epoch), and the incident it belongs to, if any."""

    at: float
    action: Action | StockProduct
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Entrance:
    """A further actor enters at a moment; the timeline takes it in, and drivers never see this."""

    at: float
    actor: Actor


Actor = Iterator[Step | Entrance]
"""Somebody who acts: steps in order of time."""


def moment(at: float) -> Entrance:
    """Nothing happens at `at`, but the actor that yields this decides only then, and with what is known then."""
    return Entrance(at, iter(()))
