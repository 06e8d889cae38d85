"""What the order service does on each command. A function handles the message that its first parameter names."""

from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.contracts.orders import OrderCreationRequested
from shop_services.orders import domain
from shop_services.orders.store import Store


def place(command: OrderCreationRequested, context: HandlingContext[Store]) -> list[Outgoing]:
    """Cart, warehouse and notifications follow by reacting to the event."""
    order, event = domain.placed(context.store.next_order_id(), command.user_id, context.now)
    context.store.keep(order)
    return [Outgoing(event, f"order/{order.order_id}")]
