"""The sender on Kafka: groups records by topic and partition, and awaits every acknowledgement."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from faust import App

from stream_app.batching import send_many
from stream_app.sending import Outgoing


class KafkaSender:
    """Publishes through the app's producer; twin of `FakeSender`."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Returns when the broker has acknowledged all records; raises aiokafka's KafkaError when it refuses one."""
        groups: dict[tuple[str, int | None], list[Outgoing]] = defaultdict(list)
        for record in records:
            groups[record.topic, record.partition].append(record)
        await asyncio.gather(*(self._send(topic, part, group) for (topic, part), group in groups.items()))

    async def _send(self, topic: str, partition: int | None, records: Sequence[Outgoing]) -> None:
        await send_many(self._app, topic, partition, [(record.key, record.value, record.headers) for record in records])
