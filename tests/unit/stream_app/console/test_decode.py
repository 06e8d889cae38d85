"""Records to anomalies and readings: tolerant of what is new, strict on what is wrong, silent on the content."""

import json
from collections.abc import Callable

import msgspec
import pytest

from shop_services.contracts import envelope
from stream_app.console.decode import Subject, UndecodableRecord, decode_anomaly, decode_reading
from tests.builders.anomalies import EVENING, anomaly_data, anomaly_record, sample_readings


def test_unknown_fields_of_an_anomaly_are_ignored_and_shown_raw() -> None:
    record = json.loads(anomaly_record(anomaly_data(wall=EVENING)))
    record["data"]["mood"] = "grim"

    decoded = decode_anomaly(json.dumps(record).encode())

    assert decoded is not None
    assert decoded.event == anomaly_data(wall=EVENING)
    assert b"grim" in decoded.raw


def test_times_of_an_anomaly_are_ms_of_the_epoch() -> None:
    decoded = decode_anomaly(anomaly_record(anomaly_data(start=EVENING, minutes=10)))

    assert decoded is not None
    assert decoded.start == int(EVENING.timestamp() * 1000)
    assert decoded.end - decoded.start == 600_000


def test_another_event_on_the_topic_is_no_anomaly() -> None:
    other = msgspec.structs.replace(envelope.decode(anomaly_record(anomaly_data())), type="com.cqshop.monitor.Other")

    assert decode_anomaly(envelope.encode(other)) is None


@pytest.mark.parametrize(
    "break_it",
    [
        lambda record: b"secret, not JSON",
        lambda record: b'{"secret": 1}',
        lambda record: record.replace(b'"score":2.41', b'"score":"secret"'),
        lambda record: record.replace(b'"status":"opened"', b'"status":"secret"'),
        lambda record: record.replace(b'"start":"2026', b'"start":"secret'),
        lambda record: b"\xff\xfesecret",
        lambda record: b'{"secret":' * 100_000,
    ],
    ids=["no JSON", "no event", "score is text", "unknown status", "no time", "no text", "too deep"],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(break_it: Callable[[bytes], bytes]) -> None:
    with pytest.raises(UndecodableRecord) as refused:
        decode_anomaly(break_it(anomaly_record(anomaly_data())))

    assert "secret" not in str(refused.value)


def test_a_reading_names_its_series() -> None:
    curve, reading, unit = decode_reading(msgspec.json.encode(sample_readings()[0]))

    assert curve == ("usage_intensity", Subject("shop", "cqshop"))
    assert reading.end - reading.start == 60_000
    assert unit == "events"


@pytest.mark.parametrize("changes", [{"end": 0}, {"end": 10**18}, {"actual": None}, {"entity": "cart"}], ids=str)
def test_a_reading_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UndecodableRecord):
        decode_reading(msgspec.json.encode({**sample_readings()[0], **changes}))
