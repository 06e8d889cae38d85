"""What a run reads off `anomaly-events`, whoever wrote there."""

from typing import NamedTuple

import msgspec
import pytest

from deploy.local.options import SHOP_START
from deploy.local.shop_time import ShopTime
from deploy.local.watch import AnomalyWatch, anomaly_in
from shop_services.contracts.errors import ContractError
from tests.builders.anomalies import anomaly_data, anomaly_record


class Record(NamedTuple):
    """What the watch looks at of a record."""

    value: bytes | None


def test_an_anomaly_is_read() -> None:
    data = anomaly_data()

    assert anomaly_in(anomaly_record(data)) == data


def test_a_tombstone_and_other_events_are_no_anomaly() -> None:
    assert anomaly_in(None) is None
    assert anomaly_in(anomaly_record(anomaly_data()).replace(b"AnomalyDetected", b"SomethingElse")) is None


@pytest.mark.parametrize("value", [b"", b"\x00" * 1_000_000, b'{"type": 1}'])
def test_garbage_is_told_from_an_event(value: bytes) -> None:
    with pytest.raises((ContractError, msgspec.DecodeError)):
        anomaly_in(value)


class Records(NamedTuple):
    """A consumer that has these records, once."""

    values: list[bytes | None]

    def poll(self, _timeout_ms: int) -> dict[str, list[Record]]:
        return {"anomaly-events": [Record(value) for value in self.values]}


def test_garbage_on_the_topic_is_counted_and_the_rest_is_read() -> None:
    data = anomaly_data()
    watch = AnomalyWatch(Records([b"garbage", None, anomaly_record(data)]), ShopTime(60.0, SHOP_START, 0.0))

    read = [anomaly.anomaly_id for _, anomaly in watch.poll()]

    assert (read, watch.unreadable) == ([data.anomaly_id], 1)
