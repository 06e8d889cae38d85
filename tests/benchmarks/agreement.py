"""Whoever does the same job must find the same: in its own sums, and on the topic of hits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from tests.benchmarks import leftovers
from tests.benchmarks.order import Result


def found(bootstrap: str, name: str, results: Sequence[Result]) -> list[dict[str, Any]]:
    """Of every run that read everything: its sums and a digest of what it published, in whatever order."""
    runs = [(number, result) for number, result in enumerate(results) if result.is_complete and result.checks]
    return [result.checks | _published(bootstrap, f"{leftovers.HITS}{name}-{number}") for number, result in runs]


def disagreements(found_by: Mapping[str, Iterable[dict[str, Any]]]) -> list[str]:
    """One sentence for every run that found something else than the first."""
    all_runs = [(name, checks) for name, runs in found_by.items() for checks in runs]
    return [
        f"{name} found {checks}, {all_runs[0][0]} found {all_runs[0][1]}"
        for name, checks in all_runs[1:]
        if checks != all_runs[0][1]
    ]


def _published(bootstrap: str, topic: str) -> dict[str, Any]:
    values = sorted(_values(bootstrap, TopicPartition(topic, 0)))
    return {"published": len(values), "digest": blake2b(b"\n".join(values), digest_size=8).hexdigest()}


def _values(bootstrap: str, partition: TopicPartition) -> Iterator[bytes]:
    """All that stands there now."""
    with closing(KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")) as consumer:
        consumer.assign([partition])
        end = consumer.end_offsets([partition])[partition]
        while consumer.position(partition) < end:
            for records in consumer.poll(timeout_ms=500).values():
                yield from (record.value for record in records)
