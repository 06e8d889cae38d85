"""A canary as a record: a giant add to a cart, by a user and of a product that nobody has."""

from datetime import UTC, datetime

from kafka import KafkaProducer

from shop_services.contracts.cart import ProductAddedToCart
from shop_services.contracts.catalogue import message_type
from shop_services.contracts.envelope import encode, headers, key, new_envelope
from shop_services.contracts.synthetic import HEADER, RESERVED_FROM

PIECES = 1_000_000  # giant in any shop
TOPIC = message_type(ProductAddedToCart).topic  # an event that no service reacts to


def identity(sent_ms: int) -> int:
    """The number that user, product and cart of one canary share, from the wall time of its sending in ms."""
    return RESERVED_FROM + sent_ms


def stage(producer: KafkaProducer, number: int, at_ms: int, patience: float) -> None:
    """Write one canary that happened `at_ms` (event time); KafkaError unless the broker has it within `patience` s."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    message = ProductAddedToCart(product_id=number, cart_id=number, user_id=number, quantity=PIECES, price=1.0)
    event = new_envelope(message, at=at, subject=f"cart/{number}", correlation_id=f"canary-{number}")
    sent = producer.send(TOPIC, key=key(event), value=encode(event), headers=[*headers(event), HEADER])
    sent.get(timeout=patience)
