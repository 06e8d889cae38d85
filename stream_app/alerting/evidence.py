"""Which requests were involved: reads the records named as evidence again, for their correlation ids alone."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import msgspec
import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError

from shop_services.contracts import envelope
from shop_services.contracts.anomaly import Evidence
from shop_services.contracts.errors import ContractError
from stream_app.alerting.incidents.incident import Sighting
from stream_app.alerting.sightings import Read
from stream_app.console.tail import knock

READ_SECONDS = 2.0  # so long pages may wait for their requests
POLL_MS = 250

log = structlog.get_logger(__name__)


class EvidenceReader(Protocol):
    """Fills in what evidence leaves out; what cannot be read stays as it is. Never raises."""

    def complete(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]: ...


@dataclass(frozen=True, slots=True)
class KafkaEvidence:
    """Reads single records of the shop's topics, at most for two seconds. Blocking."""

    bootstrap: str

    def complete(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        try:
            return tuple(self._read(evidence))
        except KafkaError as error:
            log.info("evidence could not be read again", error=type(error).__name__)
            return tuple(evidence)

    def _read(self, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
        deadline = time.monotonic() + READ_SECONDS
        wait = int(READ_SECONDS * 1000)
        knock(self.bootstrap)
        with closing(
            KafkaConsumer(
                bootstrap_servers=self.bootstrap,
                group_id=None,
                client_id="monitor-alerts-evidence",
                bootstrap_timeout_ms=wait,
                request_timeout_ms=wait,
                max_poll_records=1,
                auto_offset_reset="none",
            )
        ) as consumer:
            for each in evidence:
                is_wanted = each.correlation_id is None and each.offset >= 0 and time.monotonic() < deadline
                yield _completed(each, _value(consumer, each, deadline)) if is_wanted else each


@dataclass(frozen=True, slots=True)
class FakeEvidence:
    """Knows the records it was given, by topic, partition and offset."""

    records: dict[tuple[str, int, int], bytes]

    def complete(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(_completed(each, self.records.get((each.topic, each.partition, each.offset))) for each in evidence)


def traced(records: Sequence[Read], reader: EvidenceReader) -> list[Read]:
    """The records with their anomalies' evidence completed, all at once: however many there are, it takes as long."""
    asked = [each for record in records if record.seen for each in record.seen.event.evidence]
    if not asked:
        return list(records)
    answers = iter(reader.complete(asked))
    return [record._replace(seen=_with(record.seen, answers)) if record.seen else record for record in records]


def _with(seen: Sighting, answers: Iterator[Evidence]) -> Sighting:
    """The anomaly with as many of the answers as it has evidence."""
    event = msgspec.structs.replace(seen.event, evidence=tuple(islice(answers, len(seen.event.evidence))))
    return msgspec.structs.replace(seen, event=event)


def _value(consumer: KafkaConsumer, each: Evidence, deadline: float) -> bytes | None:
    """The record at that place; None when it is not there any more, or not there in time."""
    partition = TopicPartition(each.topic, each.partition)
    consumer.assign([partition])
    consumer.seek(partition, each.offset)
    try:
        while time.monotonic() < deadline:
            for record in (record for records in consumer.poll(POLL_MS).values() for record in records):
                return record.value if record.offset == each.offset else None
    except OffsetOutOfRangeError:
        return None
    return None


def _completed(evidence: Evidence, value: bytes | None) -> Evidence:
    """With the ids of the request, when the record is the event it is said to be."""
    try:
        event = envelope.decode(value) if value is not None else None
    except ContractError:
        event = None
    if event is None or event.id != evidence.event_id:
        return evidence
    return msgspec.structs.replace(evidence, correlation_id=event.correlationid, causation_id=event.causationid)
