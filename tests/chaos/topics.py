"""Reads whole topics once the dust has settled."""

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

POLL_MS = 1_000
EMPTY_POLLS = 30


def records(bootstrap: str, topic: str) -> Iterator[Any]:
    """Every record of a topic, partition by partition in order; AssertionError when the end does not come."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), group_id=None, enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        ends = consumer.end_offsets(places)
        for place in places:
            yield from _of_partition(consumer, place, ends[place])
    finally:
        consumer.close()


def _of_partition(consumer: Any, place: TopicPartition, end: int) -> Iterator[Any]:
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    patience = EMPTY_POLLS
    while consumer.position(place) < end:
        batches = consumer.poll(POLL_MS, max_records=5_000)
        patience = EMPTY_POLLS if batches else patience - 1
        assert patience, f"{place} ends at {consumer.position(place)}, {end} were written"
        for batch in batches.values():
            yield from batch
