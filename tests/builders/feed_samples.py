"""Puts sample anomalies and readings on a Kafka to look at the console:

python -m tests.builders.feed_samples --bootstrap 127.0.0.1:9092 --past 10000
"""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
from kafka import KafkaProducer

from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.topics import READINGS_TOPIC
from tests.builders.anomalies import anomaly_record, past_anomalies, sample_anomalies, sample_readings

Topics = tuple[str, str]  # of anomalies, of readings


def feed(bootstrap: str, anomalies: Iterable[AnomalyDetected], readings: Iterable[object], topics: Topics) -> None:
    """Write both, in their order, to (anomaly topic, readings topic), and wait until the broker has them."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=20)
    for data in anomalies:
        producer.send(topics[0], key=data.anomaly_id.encode(), value=anomaly_record(data))
    for reading in readings:
        producer.send(topics[1], value=msgspec.json.encode(reading))
    producer.flush(timeout=30)
    producer.close()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    parser.add_argument("--past", type=int, default=60, help="how many anomalies that are over")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC))
    chosen = parser.parse_args()
    anomalies = [*past_anomalies(chosen.past, chosen.now - timedelta(hours=4)), *sample_anomalies(chosen.now)]
    feed(chosen.bootstrap, anomalies, sample_readings(chosen.now), (ANOMALY_TOPIC, READINGS_TOPIC))


if __name__ == "__main__":
    main()
