"""Both readers of evidence keep the same promises; the real one on a real Kafka."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from kafka import KafkaProducer

from shop_services.contracts import cart, envelope
from shop_services.contracts.anomaly import Evidence
from stream_app.alerting.evidence import EvidenceReader, FakeEvidence, KafkaEvidence

pytestmark = pytest.mark.connected
AT = datetime(2026, 3, 25, 20, 30, tzinfo=UTC)


def command(number: int) -> envelope.Envelope:
    message = cart.AddingProductToCartRequested(product_id=7, quantity=number + 1, user_id=41)
    return envelope.new_envelope(
        message,
        at=AT,
        subject="cart/1",
        correlation_id=f"request-{number}",
        causation_id=f"cause-{number}",
        event_id=f"event-{number}",
    )


@pytest.fixture
def topic(fresh_topic: Callable[..., str]) -> str:
    return fresh_topic("cart-events")


@pytest.fixture(params=["fake", "kafka"])
def reader(request: pytest.FixtureRequest, kafka: str, topic: str) -> EvidenceReader:
    values = [*(envelope.encode(command(number)) for number in range(3)), b"not an event"]
    if request.param == "fake":
        return FakeEvidence({(topic, 0, offset): value for offset, value in enumerate(values)})
    producer = KafkaProducer(bootstrap_servers=kafka)
    for value in values:
        producer.send(topic, value=value)
    producer.flush(timeout=10)
    producer.close()
    return KafkaEvidence(kafka)


def evidence(topic: str, offset: int, event_id: str) -> Evidence:
    return Evidence(topic=topic, partition=0, offset=offset, event_id=event_id)


def test_the_request_of_every_record_is_found_in_whatever_order(reader: EvidenceReader, topic: str):
    found = reader.complete([evidence(topic, offset, f"event-{offset}") for offset in (2, 0)])

    assert [(each.correlation_id, each.causation_id) for each in found] == [
        ("request-2", "cause-2"),
        ("request-0", "cause-0"),
    ]


@pytest.mark.parametrize(("offset", "event_id"), [(1, "another-event"), (3, "event-3"), (99, "event-99"), (-1, "e")])
def test_a_record_that_is_not_the_event_stays_without_a_request(
    reader: EvidenceReader, topic: str, offset: int, event_id: str
):
    asked = evidence(topic, offset, event_id)

    assert reader.complete([asked]) == (asked,)


def test_what_is_known_already_is_kept(reader: EvidenceReader, topic: str):
    known = Evidence(topic=topic, partition=0, offset=0, event_id="event-9", correlation_id="r")

    assert reader.complete([known]) == (known,)


def test_a_kafka_that_does_not_answer_leaves_evidence_as_it_is():
    asked = evidence("cart-events", 0, "event-0")

    assert KafkaEvidence("127.0.0.1:9").complete([asked]) == (asked,)
