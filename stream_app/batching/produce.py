"""Produces many records of one topic and awaits every acknowledgement."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from aiokafka.structs import RecordMetadata
from faust import App

Headers = Sequence[tuple[str, bytes]]
Outgoing = tuple[bytes | None, bytes | None, Headers]

MAX_IN_FLIGHT = 5_000  # records awaited at once: bounds memory while the broker is slow


async def send_many(app: App, topic: str, partition: int | None, records: Iterable[Outgoing]) -> int:
    """Produce (key, value, headers) records; gives the offset of the last one, -1 without records.

    `partition` None chooses one by key, as every Kafka client does. Returns when the broker has acknowledged all of
    them, and raises the first `KafkaError`. At most `MAX_IN_FLIGHT` records wait for an answer at a time.
    """
    producer = await _client(app)
    source = iter(records)
    last = -1
    while chunk := list(islice(source, MAX_IN_FLIGHT)):
        sent = [
            await producer.send(topic, value, key=key, partition=partition, headers=headers)
            for key, value, headers in chunk
        ]
        answers: list[RecordMetadata] = await asyncio.gather(*sent)
        last = max(last, answers[-1].offset)
    return last


async def _client(app: App) -> Any:
    producer: Any = app.producer
    await producer.maybe_start()
    return producer._ensure_producer()
