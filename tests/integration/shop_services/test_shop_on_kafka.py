"""The services as processes of their own, over HTTP, SQLite and a real Kafka."""

from collections import Counter

import pytest

from shop_services.chassis.bus import BusRecord
from shop_services.chassis.inboxes import inbox_of
from shop_services.chassis.kafka_bus import KafkaBus
from shop_services.contracts.envelope import Envelope, decode, encode, headers, key, new_envelope
from shop_services.contracts.topics import SHOP_TOPICS
from shop_services.contracts.warehouse import ProductReservationRequested
from tests.builders.live_shop import NOON
from tests.builders.waiting import eventually
from tests.integration.shop_services.conftest import Running, Start

pytestmark = pytest.mark.connected

ALICE = {"username": "alice", "password": "hunter2-hunter2", "email": "alice@example.org"}
LAMP = {"code": "P1", "name": "lamp", "description": "", "quantity": 10, "price": 2.5}


@pytest.fixture(scope="module")
def shop(start: Start) -> dict[str, Running]:
    """All five services, user 1 with a cart, and ten pieces of product 1."""
    running = start("users", "cart", "warehouse", "orders", "notifications")
    assert running["users"].client.post("/users", json=ALICE).json()["userId"] == 1
    assert running["warehouse"].client.post("/products", json=LAMP).json()["productId"] == 1
    assert eventually(lambda: running["cart"].client.get("/carts/1").is_success)
    return running


def put_in_cart(shop: dict[str, Running], quantity: int) -> None:
    # The price reaches the cart through Kafka, so the first attempts may come too early.
    body = {"productId": 1, "quantity": quantity}
    assert eventually(lambda: shop["cart"].client.post("/carts/1/lines", json=body).is_success)


def stock(shop: dict[str, Running]) -> tuple[int, int]:
    """Pieces in the house, and free ones."""
    product = shop["warehouse"].client.get("/products/1").json()
    return product["quantity"], product["available"]


def in_cart(shop: dict[str, Running]) -> int:
    lines = shop["cart"].client.get("/carts/1").json()["lines"]
    return sum(line["quantity"] for line in lines)


def everything_on(bootstrap: str) -> list[tuple[BusRecord, Envelope]]:
    """All records of the shop's topics."""
    subscription = KafkaBus(bootstrap).subscribe(SHOP_TOPICS, "reader-of-the-tests")
    records: list[BusRecord] = []
    while (more := subscription.poll(3.0)) or not records:
        records += more
    subscription.close()
    return [(record, decode(record.value)) for record in records]


def test_an_order_goes_through_all_services(shop: dict[str, Running], shop_kafka: str) -> None:
    put_in_cart(shop, 3)
    assert eventually(lambda: in_cart(shop) == 3)
    assert stock(shop) == (10, 7)

    ordered = shop["orders"].client.post("/orders", json={"userId": 1}).json()

    assert eventually(lambda: (stock(shop), in_cart(shop)) == ((7, 7), 0))
    about = {"subject": f"order/{ordered['orderId']}"}
    assert eventually(lambda: len(shop["notifications"].client.get("/notifications", params=about).json()) == 1)

    read = everything_on(shop_kafka)
    chain = [envelope for _, envelope in read if envelope.correlationid == ordered["correlationId"]]
    assert Counter(envelope.type.rpartition(".")[2] for envelope in chain) == Counter(
        [
            "OrderCreationRequested",
            "OrderCreated",
            "SendOrderConfirmation",
            "OrderConfirmationSent",
            "RemoveCartLines",
            "CartLineRemoved",
            "MaterializeUserReservations",
            "ReservationMaterialized",
        ]
    )
    assert all(dict(record.headers)["ce_id"] == envelope.id.encode() for record, envelope in read)
    assert not any(ALICE["password"].encode() in record.value or b"alice@" in record.value for record, _ in read)


def test_a_record_that_comes_twice_has_its_effect_once(shop: dict[str, Running], shop_kafka: str) -> None:
    pieces, free = stock(shop)
    command = ProductReservationRequested(product_id=1, user_id=1, quantity=1)
    envelope = new_envelope(command, at=NOON, subject="product/1", correlation_id="twice")
    record = BusRecord(inbox_of("warehouse-service"), key(envelope), encode(envelope), headers(envelope))
    publisher = KafkaBus(shop_kafka).publisher()

    publisher.send([record, record])
    publisher.close()

    metric = 'shop_received_total{outcome="duplicate",service="warehouse-service"} 1.0'
    assert eventually(lambda: metric in shop["warehouse"].client.get("/metrics").text)
    assert stock(shop) == (pieces, free - 1)
    assert eventually(lambda: in_cart(shop) == 1)


def test_what_was_asked_while_a_service_was_dead_is_done_when_it_is_back(
    shop: dict[str, Running], start: Start
) -> None:
    """INVARIANT: a crash loses nothing and repeats nothing. Without it carts and stock drift apart."""
    (pieces, free), held = stock(shop), in_cart(shop)
    shop["warehouse"].kill()
    put_in_cart(shop, 2)
    assert in_cart(shop) == held

    shop |= start("warehouse")

    assert eventually(lambda: in_cart(shop) == held + 2, seconds=30)
    assert stock(shop) == (pieces, free - 2)
