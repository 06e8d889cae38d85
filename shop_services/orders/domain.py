"""Orders. Pure: time and ids in, state and events out."""

from datetime import datetime

import msgspec

from shop_services.contracts.orders import OrderCreated
from shop_services.contracts.times import rfc3339


class Order(msgspec.Struct, frozen=True):
    """An order. What it takes is what the warehouse holds for its owner when it learns of it."""

    order_id: int
    user_id: int
    created: str


def placed(order_id: int, user_id: int, now: datetime) -> tuple[Order, OrderCreated]:
    """A new order."""
    order = Order(order_id, user_id, rfc3339(now))
    return order, OrderCreated(order_id=order_id, order_owner=user_id, creation_time=order.created)
