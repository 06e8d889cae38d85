"""What the console reads: the monitor's own records, some of them wrong."""

from random import Random
from typing import Any, NamedTuple

import msgspec

from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.topics import READINGS_TOPIC
from tests.builders.anomalies import anomaly_record, sample_anomalies, sample_readings
from tests.fuzz.json_text import Members, text_of
from tests.fuzz.secrets import SECRET
from tests.fuzz.values import any_number, any_time, any_value

READINGS = [msgspec.json.encode(reading) for reading in sample_readings(hours=0.5)]
ANOMALIES = [anomaly_record(data) for data in sample_anomalies()]


class ConsoleRecord(NamedTuple):
    """A record as the Kafka client gives it."""

    topic: str
    partition: int
    offset: int
    value: bytes | None


def any_record(offset: int, random: Random) -> ConsoleRecord:
    """A reading or an anomaly, two of five as they should be."""
    topic, good = random.choice(((READINGS_TOPIC, READINGS), (ANOMALY_TOPIC, ANOMALIES)))
    raw: bytes | None = random.choice(good)
    if random.random() < 0.6:
        raw = random.choice((None, b"", SECRET.encode(), random.randbytes(50), *[_changed(raw, random)] * 20))
    return ConsoleRecord(topic, 0, offset, raw)


def _changed(raw: bytes | None, random: Random) -> bytes:
    """One or two members changed, at any depth."""
    event = _members(msgspec.json.decode(raw or b"{}"))
    for _ in range(random.choice((1, 1, 2))):
        place = random.choice(_places(event))
        name = random.choice([*place.names(), "start", "end"])
        value = random.choice((any_value, any_number, any_time))(random)
        place.change(name, lambda _, value=value: value)
        if random.random() < 0.2:
            place.drop(name)
    return text_of(event).encode("utf-8", "surrogatepass")


def _members(value: Any) -> Any:
    if isinstance(value, dict):
        return Members([(name, _members(held)) for name, held in value.items()])
    return [_members(held) for held in value] if isinstance(value, list) else value


def _places(value: Any) -> list[Members]:
    """Every object inside, the value itself first."""
    if isinstance(value, Members):
        return [value, *(place for _, held in value.pairs for place in _places(held))]
    return [place for held in value for place in _places(held)] if isinstance(value, list) else []
