"""Products over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shop_services.chassis.answers import Accepted, Body, Live
from shop_services.chassis.live import LiveService
from shop_services.contracts.warehouse import ProductAdditionRequested
from shop_services.warehouse import domain

router = APIRouter(tags=["products"])


class Details(Body):
    """A product as staff describe it; any finite price is taken, for wrong prices must be possible."""

    name: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=2_000)
    quantity: int = Field(ge=0, le=1_000_000_000)
    price: float = Field(allow_inf_nan=False)


class NewProduct(Details):
    """A product with the code that is to name it."""

    code: str = Field(min_length=1, max_length=100)


class Stocked(Accepted):
    """The product that was added or changed."""

    product_id: int


class Product(Body):
    """A product on sale; `available` pieces are neither gone nor reserved."""

    product_id: int
    code: str
    name: str
    description: str
    quantity: int
    available: int
    price: float


@router.post("/products", status_code=202)
def add(body: NewProduct, live: Live) -> Stocked:
    return _stock(body.code, body, live)


@router.put("/products/{code}", status_code=202)
def change(code: str, body: Details, live: Live) -> Stocked:
    return _stock(code, body, live)


@router.get("/products")
def page(live: Live, after: int = 0, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> list[Product]:
    with live.reading() as store:
        return [_shown(product) for product in store.products(after, limit)]


@router.get("/products/{product_id}")
def show(product_id: int, live: Live) -> Product:
    with live.reading() as store:
        return _shown(store.product(product_id))


def _stock(code: str, details: Details, live: LiveService) -> Stocked:
    command = ProductAdditionRequested(
        code=code,
        name=details.name,
        description=details.description,
        quantity=details.quantity,
        price=details.price,
    )
    outcome = live.request(command)
    with live.reading() as store:
        product_id = store.product_coded(code).product_id
    return Stocked.of(outcome, product_id=product_id)


def _shown(product: domain.Product) -> Product:
    return Product(
        product_id=product.product_id,
        code=product.code,
        name=product.name,
        description=product.description,
        quantity=product.stock,
        available=product.stock - product.reserved,
        price=product.price,
    )
