"""CloudEvents 1.0 in JSON structured mode: one event, one Kafka record."""

from datetime import datetime
from functools import cache
from hashlib import blake2b

import msgspec

from shop_services.contracts.catalogue import message_type, message_types
from shop_services.contracts.errors import UndecodableMessage, UnknownMessageType
from shop_services.contracts.ids import uuid7
from shop_services.contracts.message import Message
from shop_services.contracts.times import milliseconds, rfc3339

CONTENT_TYPE = "application/cloudevents+json"
ARRIVED = "arrived"  # header of recorded messages: when one reached its consumer, ms since the epoch


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message and its CloudEvents attributes; `data` stays JSON text until `payload` reads it.

    Readers are tolerant: unknown attributes are ignored, and only what no event can lack is required.
    """

    specversion: str
    id: str
    source: str
    type: str
    time: str
    subject: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    data: msgspec.Raw


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Envelope)


def new_envelope(
    message: Message,
    *,
    at: datetime,
    subject: str,
    correlation_id: str,
    causation_id: str | None = None,
    event_id: str | None = None,
) -> Envelope:
    """Wrap a message that happened `at`; without `event_id` a fresh UUIDv7 of that time is taken."""
    kind = message_type(type(message))
    return Envelope(
        specversion="1.0",
        id=event_id or uuid7(at),
        source=f"/cqshop/{kind.service}",
        type=kind.type,
        time=rfc3339(at),
        subject=subject,
        correlationid=correlation_id,
        causationid=causation_id,
        data=msgspec.Raw(_encoder.encode(message)),
    )


def encode(envelope: Envelope) -> bytes:
    """The value of the Kafka record."""
    return _encoder.encode(envelope)


def decode(raw: bytes) -> Envelope:
    """Read a record's value; raises UndecodableMessage, whose text never repeats the content."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableMessage(f"not a CloudEvent in JSON: {type(error).__name__}") from error


def payload(envelope: Envelope) -> Message:
    """The message inside; raises UnknownMessageType, or UndecodableMessage when the data does not fit the type."""
    try:
        return _data_decoder(envelope.type).decode(envelope.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableMessage(f"data of {envelope.type} {envelope.id} does not fit") from error


def key(envelope: Envelope) -> bytes:
    """The Kafka key: the aggregate's id as text (`12` of `cart/12`), so that its events stay in order."""
    return (envelope.subject or "").rpartition("/")[2].encode()


def headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """What a consumer needs to route and trace a record without parsing its value."""
    return [
        ("content-type", CONTENT_TYPE.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_id", envelope.id.encode()),
        ("traceparent", _traceparent(envelope).encode()),
    ]


def recorded_headers(envelope: Envelope, arrived: datetime) -> list[tuple[str, bytes]]:
    """Headers of a message from a recorded log: one that did not arrive at its own time says when it did."""
    if arrived == datetime.fromisoformat(envelope.time):
        return headers(envelope)
    return [*headers(envelope), (ARRIVED, str(milliseconds(arrived)).encode())]


def _traceparent(envelope: Envelope) -> str:
    """W3C Trace Context: the correlation id is the trace, the event's id the span."""
    trace = _hex(envelope.correlationid or envelope.id, 16)
    return f"00-{trace}-{_hex(envelope.id, 8)}-01"


def _hex(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()


def _data_decoder(full_type: str) -> msgspec.json.Decoder[Message]:
    if full_type not in message_types():
        raise UnknownMessageType(f"no message type {full_type!r} is declared")
    return _declared_decoder(full_type)


@cache
def _declared_decoder(full_type: str) -> msgspec.json.Decoder[Message]:
    return msgspec.json.Decoder(message_types()[full_type].cls)
