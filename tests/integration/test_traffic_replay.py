"""Replay to a real Kafka."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from typer.testing import CliRunner

from shop_services.traffic.cli import app
from shop_services.traffic.generate import Generation, Wish, write_log
from shop_services.traffic.replay import read_log

pytestmark = pytest.mark.connected


def test_a_replayed_log_is_in_the_topics_with_the_time_of_writing(
    kafka: str, fresh_topic: Callable[..., str], tmp_path: Path
) -> None:
    topic = fresh_topic("replayed")
    log = _log_of_one_topic(tmp_path / "log.jsonl", topic)
    before = datetime.now(UTC).timestamp() * 1000

    result = CliRunner().invoke(app, ["replay", str(log), "--kafka", kafka])

    assert result.exit_code == 0, result.output
    records = _read_all(kafka, topic)
    assert Counter(record.value for record in records) == Counter(record.value for record in read_log(log))
    assert all(record.timestamp >= before - 1 for record in records)
    assert {name for name, _ in records[0].headers} == {"content-type", "ce_type", "ce_id", "traceparent"}


def _log_of_one_topic(path: Path, topic: str) -> Path:
    """A few hundred messages that all go to one topic, so that the test is alone with them."""
    write_log(Generation.of(Wish(0.003, 3, datetime(2026, 3, 4, tzinfo=UTC))), path, lambda messages, share: None)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(f'{{"topic":"{topic}",' + line.split(",", 1)[1] for line in lines) + "\n")
    return path


def _read_all(kafka: str, topic: str) -> list:
    partition = TopicPartition(topic, 0)
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", consumer_timeout_ms=5_000)
    try:
        consumer.assign([partition])
        end = consumer.end_offsets([partition])[partition]
        records: list = []
        while len(records) < end:
            records += consumer.poll(timeout_ms=1_000).get(partition, [])
        return records
    finally:
        consumer.close()
