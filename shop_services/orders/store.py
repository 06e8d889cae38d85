"""What the order service remembers."""

from shop_services.chassis.refusals import Unknown
from shop_services.chassis.rows import Tables
from shop_services.orders.domain import Order


class Store:
    """Orders by id and by owner."""

    def __init__(self, tables: Tables) -> None:
        self.next_order_id = lambda: tables.next_id("order")
        self._orders = tables.rows(Order, indexes=("user_id",))

    def order(self, order_id: int) -> Order:
        """The order; raises Unknown."""
        if (order := self._orders.get(order_id)) is None:
            raise Unknown(f"there is no order {order_id}")
        return order

    def keep(self, order: Order) -> None:
        """Add an order."""
        self._orders.put(order)
