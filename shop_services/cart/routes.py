"""Carts over HTTP."""

from fastapi import APIRouter
from pydantic import Field

from shop_services.cart.domain import Line
from shop_services.chassis.answers import Accepted, Body, Live
from shop_services.contracts.cart import (
    AddingProductToCartRequested,
    CartCreationRequested,
    ProductRemovalFromCartRequested,
)

router = APIRouter(tags=["carts"])


class Owner(Body):
    """Whose cart."""

    user_id: int


class Wanted(Body):
    """What is to enter the cart."""

    product_id: int
    quantity: int = Field(1, ge=1, le=1_000_000)


class CartLine(Body):
    """A product in the cart; the price is a piece's."""

    product_id: int
    quantity: int
    price: float


class Cart(Body):
    """What a cart holds."""

    cart_id: int
    user_id: int
    lines: list[CartLine]


@router.post("/carts", status_code=202)
def create(body: Owner, live: Live) -> Accepted:
    return Accepted.of(live.request(CartCreationRequested(user_id=body.user_id)))


@router.post("/carts/{user_id}/lines", status_code=202)
def add(user_id: int, body: Wanted, live: Live) -> Accepted:
    command = AddingProductToCartRequested(product_id=body.product_id, quantity=body.quantity, user_id=user_id)
    return Accepted.of(live.request(command))


@router.delete("/carts/{user_id}/lines/{product_id}", status_code=202)
def remove(user_id: int, product_id: int, live: Live) -> Accepted:
    return Accepted.of(live.request(ProductRemovalFromCartRequested(product_id=product_id, user_id=user_id)))


@router.get("/carts/{user_id}")
def show(user_id: int, live: Live) -> Cart:
    with live.reading() as store:
        cart, lines = store.cart(user_id), store.lines(user_id)
    return Cart(cart_id=cart.cart_id, user_id=user_id, lines=[_shown(line) for line in lines])


def _shown(line: Line) -> CartLine:
    return CartLine(product_id=line.product_id, quantity=line.quantity, price=line.price)
