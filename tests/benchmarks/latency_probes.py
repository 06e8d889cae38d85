"""Probes: incidents of which one record is the first proof, each about a product of its own.

Before the measurement the warehouse announces the probes' products. A giant add is a reservation of a product's whole
stock, a wrong price a cart line far below the announced price. Prices are off by factors of their own, for products
off by the same factor are one incident; of a price of nothing two are told one by one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from shop_services.contracts import cart, warehouse
from shop_services.contracts.envelope import encode, key, new_envelope
from shop_services.contracts.message import Message
from tests.benchmarks.latency_traffic import Template, template

FIRST_PRODUCT = 5_000_000
FIRST_USER = 9_000_000
STOCK = 400
PRICE = 1_000_000.0
FREE = 2  # wrong prices that are nothing at all
OCTAVES = (4.0, 14.0)  # between which the others are off


class Probe(NamedTuple):
    """One incident: its scenario, its product, what announces it and the record that shows it."""

    scenario: str
    product: int
    announcement: Template
    proof: Template


def probes(count: int) -> Iterator[Probe]:
    """So many incidents, of both scenarios in turn."""
    for number in range(count):
        product, user = FIRST_PRODUCT + number, FIRST_USER + number
        if number % 2:
            yield _wrong_price(product, user, number // 2, max(count // 2, 1))
        else:
            yield _giant_add(product, user)


def _giant_add(product: int, user: int) -> Probe:
    proof = warehouse.ProductReservationCreated(id=product, product_id=product, user_id=user, quantity=STOCK)
    return Probe(
        "stock_exhaustion", product, _announced(product), _record(proof, warehouse.TOPIC, f"product/{product}")
    )


def _wrong_price(product: int, user: int, number: int, count: int) -> Probe:
    low, high = OCTAVES
    price = 0.0 if number < FREE else PRICE * 2.0 ** -(low + (high - low) * number / count)
    proof = cart.ProductAddedToCart(product_id=product, cart_id=user, user_id=user, quantity=1, price=price)
    shown = _record(proof, cart.TOPIC, f"cart/{user}")
    return Probe("price_exploit", product, _announced(product), shown)


def _announced(product: int) -> Template:
    told = warehouse.ProductAddedToWarehouse(
        product_id=product, code=f"p-{product}", name="probe", quantity=STOCK, price=PRICE
    )
    return _record(told, warehouse.TOPIC, f"product/{product}")


def _record(message: Message, topic: str, subject: str) -> Template:
    at = datetime(2026, 3, 25, tzinfo=UTC)
    envelope = new_envelope(message, at=at, subject=subject, correlation_id=subject)
    return template(topic, key(envelope), encode(envelope))
