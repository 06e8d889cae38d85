"""Produces many records of one topic as whole batches and awaits every acknowledgement."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka.structs import RecordMetadata
from faust import App
from faust.transport.drivers import aiokafka

Headers = Sequence[tuple[str, bytes]]
Outgoing = tuple[bytes | None, bytes | None, Headers]

BATCH_BYTES = 512 * 1024  # Faust's default of 16 KiB would mean a request for every forty records


class BatchProducer(aiokafka.Producer):
    """Faust's producer with batches large enough to pack many records into one request."""

    def _settings_default(self) -> Mapping[str, Any]:
        settings = super()._settings_default()
        return {**settings, "max_batch_size": max(BATCH_BYTES, settings["max_batch_size"])}


async def send_many(app: App, topic: str, partition: int | None, records: Iterable[Outgoing]) -> int:
    """Produce (key, value, headers) records; gives the highest offset written, -1 without records.

    `partition` None chooses one by key, as every Kafka client does. Returns when the broker has acknowledged all of
    them; raises the first `KafkaError`. One batch a partition is in flight at a time, which bounds the memory.
    """
    client = await _client(app)
    if partition is not None:
        return await _send_packed(client, topic, partition, records)
    partitions = await client.client._wait_on_metadata(topic)
    if len(partitions) == 1:
        return await _send_packed(client, topic, min(partitions), records)
    by_partition: dict[int, list[Outgoing]] = defaultdict(list)
    for record in records:
        by_partition[client._partition(topic, None, None, None, record[0], record[1])].append(record)
    offsets = await asyncio.gather(*(_send_packed(client, topic, *part) for part in by_partition.items()))
    return max(offsets, default=-1)


async def _client(app: App) -> Any:
    producer: Any = app.producer
    await producer.maybe_start()
    return producer._ensure_producer()


async def _send_packed(client: Any, topic: str, partition: int, records: Iterable[Outgoing]) -> int:
    last = -1
    batch = client.create_batch()
    for key, value, headers in records:
        if batch.append(key=key, value=value, timestamp=None, headers=list(headers)) is None:
            last = await _send(client, topic, partition, batch)
            batch = client.create_batch()
            batch.append(key=key, value=value, timestamp=None, headers=list(headers))
    return await _send(client, topic, partition, batch) if batch.record_count() else last


async def _send(client: Any, topic: str, partition: int, batch: Any) -> int:
    count = batch.record_count()
    batch.close()
    acknowledgement = await client.send_batch(batch, topic, partition=partition)
    written: RecordMetadata = await acknowledgement
    return int(written.offset) + count - 1
