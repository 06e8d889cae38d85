from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from shop_services.contracts import topics
from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.cart import AddingProductToCartRequested, ProductAddedToCart
from shop_services.contracts.catalogue import message_types, type_of
from shop_services.contracts.envelope import Envelope, decode, encode, headers, key, new_envelope, payload
from shop_services.contracts.errors import UndecodableMessage, UnknownMessageType
from shop_services.contracts.ids import uuid7
from shop_services.contracts.message import Message
from shop_services.contracts.schema import schemas
from shop_services.contracts.times import milliseconds

AT = datetime(2026, 3, 2, 12, 30, 5, 250_999, UTC)
ADDED = ProductAddedToCart(product_id=7, cart_id=12, quantity=2, price=3.5, user_id=3)


def envelope(message: Message = ADDED) -> Envelope:
    return new_envelope(message, at=AT, subject="cart/12", correlation_id="request", causation_id="cause")


def test_the_vocabulary_is_complete() -> None:
    kinds = list(message_types().values())

    assert sum(kind.is_command for kind in kinds) == 15
    assert sum(not kind.is_command for kind in kinds) == 18
    assert list(message_types()) == sorted(message_types())


def test_types_are_named_after_context_and_class() -> None:
    assert type_of(ProductAddedToCart) == "com.cqshop.cart.ProductAddedToCart"
    assert type_of(AddingProductToCartRequested) == "com.cqshop.cart.command.AddingProductToCartRequested"


def test_there_are_six_shop_topics() -> None:
    assert set(topics.SHOP_TOPICS) == {
        "application-command-topic",
        "user-management-events",
        "cart-events",
        "order-events",
        "warehouse-events",
        "notification-events",
    }


def test_an_envelope_is_a_cloud_event() -> None:
    sent = msgspec.json.decode(encode(envelope()))

    assert sent == {
        "specversion": "1.0",
        "id": sent["id"],
        "source": "/cqshop/cart-service",
        "type": "com.cqshop.cart.ProductAddedToCart",
        "time": "2026-03-02T12:30:05.250Z",
        "subject": "cart/12",
        "correlationid": "request",
        "causationid": "cause",
        "data": {"productId": 7, "cartId": 12, "quantity": 2, "price": 3.5, "userId": 3},
    }


def test_the_key_is_the_aggregate() -> None:
    assert key(envelope()) == b"12"


def test_headers_let_a_consumer_route_without_parsing() -> None:
    sent = envelope()

    found = dict(headers(sent))

    assert found["ce_type"] == b"com.cqshop.cart.ProductAddedToCart"
    assert found["ce_id"] == sent.id.encode()
    assert found["content-type"] == b"application/cloudevents+json"


def test_one_request_is_one_trace() -> None:
    first, second = (dict(headers(envelope()))["traceparent"].split(b"-") for _ in range(2))

    assert first[1] == second[1]
    assert first[2] != second[2]
    assert [len(part) for part in first] == [2, 32, 16, 2]


def test_event_time_is_written_in_utc() -> None:
    at = AT.astimezone(timezone(timedelta(hours=5)))

    assert new_envelope(ADDED, at=at, subject="cart/12", correlation_id="c").time == "2026-03-02T12:30:05.250Z"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        new_envelope(ADDED, at=AT.replace(tzinfo=None), subject="cart/12", correlation_id="c")


def test_ids_sort_by_time() -> None:
    later = AT + timedelta(milliseconds=1)

    assert uuid7(AT, (1 << 74) - 1) < uuid7(later, 0)
    assert int(uuid7(AT).replace("-", "")[:12], 16) == milliseconds(AT)


def test_unknown_fields_are_ignored() -> None:
    sent = msgspec.json.decode(encode(envelope()))
    sent["data"]["colour"] = "red"
    sent["partitionkey"] = "x"

    assert payload(decode(msgspec.json.encode(sent))) == ADDED


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"{", b"[]", b'{"id": 3}', b'{"x":' * 100_000],
    ids=["empty", "binary", "cut", "list", "half", "too deep"],
)
def test_what_is_no_event_is_undecodable(raw: bytes) -> None:
    with pytest.raises(UndecodableMessage):
        decode(raw)


def test_data_that_does_not_fit_is_undecodable() -> None:
    wrong = msgspec.structs.replace(envelope(), data=msgspec.Raw(b'{"productId": "seven"}'))

    with pytest.raises(UndecodableMessage, match="does not fit") as caught:
        payload(wrong)
    assert "seven" not in str(caught.value)


def test_an_unknown_type_is_told_apart() -> None:
    strange = msgspec.structs.replace(envelope(), type="com.cqshop.cart.CartStolen")

    with pytest.raises(UnknownMessageType):
        payload(strange)


def test_messages_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        ADDED.price = 0.0  # type: ignore[misc]


def test_the_schema_covers_all_messages_and_the_anomaly() -> None:
    defined = set(schemas()["$defs"])

    assert {kind.name for kind in message_types().values()} <= defined
    assert AnomalyDetected.__name__ in defined
