"""What an example subscriber keeps does not depend on how often or in which order it is told."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.book import Anomaly, Book, Unreadable, read_anomaly
from tests.builders.anomalies import anomaly_data, anomaly_record, sample_anomalies

STORY = [read_anomaly(anomaly_record(data)) for data in sample_anomalies()]
TOLD = [one for one in STORY if one is not None]


def kept(batches: list[list[Anomaly]]) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        book = Book(connection)
        for batch in batches:
            book.take(batch)
        return set(connection.execute("SELECT * FROM anomalies"))


@given(st.permutations(TOLD), st.lists(st.sampled_from(TOLD), max_size=20), st.integers(1, 9))
def test_order_and_repetition_change_nothing(order: list[Anomaly], again: list[Anomaly], size: int) -> None:
    """INVARIANT: the newest revision of every anomaly is kept, however events come."""
    mixed = [*again[:5], *order, *again]

    assert kept([mixed[start : start + size] for start in range(0, len(mixed), size)]) == kept([TOLD])


def test_only_news_is_told() -> None:
    first, second = (read_anomaly(anomaly_record(anomaly_data(revision=number))) for number in (1, 2))
    assert first is not None
    assert second is not None
    with closing(sqlite3.connect(":memory:")) as connection:
        book = Book(connection)

        assert book.take([second, first, second]) == [second]
        assert book.take([first]) == []


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"type": "com.cqshop.monitor.AnomalyDetected", "data": {}}'])
def test_a_broken_record_is_named(value: bytes) -> None:
    with pytest.raises(Unreadable):
        read_anomaly(value)


def test_other_events_and_records_without_a_value_are_passed_over() -> None:
    assert read_anomaly(None) is None
    assert read_anomaly(b'{"type": "com.cqshop.monitor.Other", "data": {}}') is None
