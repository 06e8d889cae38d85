"""What a handler is given and what it gives back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from shop_services.chassis.mint import Mint
from shop_services.contracts.message import Message

StoreT = TypeVar("StoreT")


class Outgoing(NamedTuple):
    """A message a handler wants sent: an event for the public, or a command for whoever owns it.

    `subject` is the aggregate, `cart/12`; messages of one subject stay in order.
    """

    message: Message
    subject: str


@dataclass(frozen=True, slots=True)
class HandlingContext(Generic[StoreT]):
    """The moment (UTC), the service's memory, and the ids that tie the messages of one request together.

    `causation_id` is the id of the message being handled.
    """

    now: datetime
    store: StoreT
    correlation_id: str
    causation_id: str | None
    mint: Mint
