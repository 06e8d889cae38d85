"""Orders: a user buys what the cart holds."""

from shop_services.contracts.message import Command, Event

CONTEXT = "order"
SERVICE = "order-service"
TOPIC = "order-events"


class OrderCreationRequested(Command):
    """A user wants to buy what is in the cart."""

    user_id: int


class OrderCreated(Event):
    """An order exists; `order_owner` is the user's id."""

    order_id: int
    order_owner: int
    creation_time: str
