"""Bytes from Kafka to what the console keeps. Tolerant: unknown fields are ignored, the rest is said, never guessed."""

from datetime import datetime
from functools import cached_property
from typing import Annotated, NamedTuple

import msgspec

from shop_services.contracts import envelope as cloudevents
from shop_services.contracts.anomaly import TYPE, AnomalyDetected
from shop_services.contracts.errors import ContractError
from stream_app.errors import MonitorError

Moment = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800_000)]  # ms since the epoch, to the end of 9999
RAW_LIMIT = 32_768  # bytes of a record kept to be shown; an event is about 2 kB


class UndecodableRecord(MonitorError):
    """A record the console cannot read; the text tells why and never repeats the content."""


class Subject(NamedTuple):
    """What an anomaly or a reading is about: `Subject("service", "cart-service")`."""

    kind: str
    id: str


class Anomaly(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One revision of an anomaly. `start`, `end` and `possible` are event time, `detected` wall time, all in ms."""

    event: AnomalyDetected
    raw: bytes
    start: int
    end: int
    detected: int
    possible: int

    @cached_property
    def subject(self) -> Subject:
        """The entity, as the readings name it."""
        return Subject(self.event.entity.kind, self.event.entity.id)

    @property
    def is_open(self) -> bool:
        """True until it is resolved or retracted."""
        return self.event.status in ("opened", "updated")

    @property
    def is_rehearsal(self) -> bool:
        """Staged by a probe or found by a detector on trial: shown at most, never a reason to act."""
        return self.event.synthetic or self.event.dry_run


class _WireEntity(msgspec.Struct):
    kind: str
    id: str


class _WireReading(msgspec.Struct):
    scenario: str
    entity: _WireEntity
    start: Moment
    end: Moment
    actual: float
    expected: float
    lower: float
    upper: float
    unit: str = "events"
    score: float | None = None
    at: Moment = 0


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One judged window of a volume entity: event time in ms, counts with their expected band, `at` wall ms."""

    start: int
    end: int
    actual: float
    expected: float
    lower: float
    upper: float
    score: float | None
    at: int


class Curve(NamedTuple):
    """Which series a reading belongs to."""

    scenario: str
    subject: Subject


_anomaly_decoder = msgspec.json.Decoder(AnomalyDetected)
_reading_decoder = msgspec.json.Decoder(_WireReading)


def decode_anomaly(raw: bytes) -> Anomaly | None:
    """The anomaly in a record of `anomaly-events`; None for other event types; raises UndecodableRecord."""
    try:
        envelope = cloudevents.decode(raw)
        if envelope.type != TYPE:
            return None
        return _anomaly(_anomaly_decoder.decode(envelope.data), raw)
    except ContractError as error:
        raise UndecodableRecord(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UndecodableRecord(f"no anomaly as declared: {type(error).__name__}") from error


def decode_reading(raw: bytes) -> tuple[Curve, Reading, str]:
    """Series, reading and unit in a record of `monitor-readings`; raises UndecodableRecord."""
    try:
        wire = _reading_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableRecord(f"no reading as declared: {type(error).__name__}") from error
    if wire.end <= wire.start:
        raise UndecodableRecord("a reading whose window ends before it starts")
    curve = Curve(wire.scenario, Subject(wire.entity.kind, wire.entity.id))
    values = (wire.actual, wire.expected, wire.lower, wire.upper)
    return curve, Reading(wire.start, wire.end, *values, wire.score, wire.at), wire.unit


def _anomaly(event: AnomalyDetected, raw: bytes) -> Anomaly:
    return Anomaly(
        event=event,
        raw=raw[:RAW_LIMIT],
        start=_ms(event.window.start),
        end=_ms(event.window.end),
        detected=_ms(event.detected_at),
        possible=_ms(event.detected_at_event_time),
    )


def _ms(text: str) -> int:
    """RFC 3339 to ms since the epoch; ValueError without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return int(at.timestamp() * 1000)
