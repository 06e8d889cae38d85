"""Orders over HTTP."""

from fastapi import APIRouter

from shop_services.chassis.answers import Accepted, Body, Live, made
from shop_services.contracts.orders import OrderCreated, OrderCreationRequested

router = APIRouter(tags=["orders"])


class Buyer(Body):
    """Who orders what the cart holds."""

    user_id: int


class Ordered(Accepted):
    """The new order."""

    order_id: int


class Order(Body):
    """An order; created in the shop's time, RFC 3339."""

    order_id: int
    user_id: int
    created: str


@router.post("/orders", status_code=202)
def place(body: Buyer, live: Live) -> Ordered:
    outcome = live.request(OrderCreationRequested(user_id=body.user_id))
    return Ordered.of(outcome, order_id=made(outcome, OrderCreated).order_id)


@router.get("/orders/{order_id}")
def show(order_id: int, live: Live) -> Order:
    with live.reading() as store:
        order = store.order(order_id)
    return Order(order_id=order.order_id, user_id=order.user_id, created=order.created)
