"""A shop's traffic at a given pace, every message stamped as it is sent; and the probes hidden in it.

Values of a generated log are cut at their time, so that stamping one costs no parsing. All records that fall into one
tick go out as one batch a partition.
"""

import asyncio
import itertools
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer

from shop_services.contracts.times import rfc3339
from shop_services.traffic.generate import Generation, Wish

TICK_SECONDS = 0.01
_TIME = b'"time":"'
_TIME_LENGTH = len("2026-03-25T17:30:00.250Z")


class Template(NamedTuple):
    """A record whose time is yet to be filled in."""

    topic: str
    key: bytes
    head: bytes
    tail: bytes

    def stamped(self, time_text: bytes) -> bytes:
        """The value as of this time."""
        return self.head + time_text + self.tail


class _Line(msgspec.Struct):
    topic: str
    key: str
    value: msgspec.Raw


def templates(lines: Sequence[bytes]) -> list[Template]:
    """The records of a log's lines."""
    decoded = map(msgspec.json.Decoder(_Line).decode, lines)
    return [template(line.topic, line.key.encode(), bytes(line.value)) for line in decoded]


def template(topic: str, key: bytes, value: bytes) -> Template:
    """A record cut at its time."""
    at = value.index(_TIME) + len(_TIME)
    return Template(topic, key, value[:at], value[at + _TIME_LENGTH :])


def shop_traffic(days: float, seed: int) -> list[Template]:
    """An ordinary stretch of the simulated shop."""
    from shop_services.traffic.generate import line

    wish = Wish(days, seed, datetime(2026, 3, 25, tzinfo=UTC))
    return templates([line(delivery) for delivery in Generation.of(wish).deliveries()])


def now_text() -> bytes:
    """The wall clock as messages write it."""
    return rfc3339(datetime.now(UTC)).encode()


class Load:
    """Sends templates round and round at a pace, on one producer."""

    def __init__(self, producer: AIOKafkaProducer, partitions: int, traffic: Sequence[Template]) -> None:
        self._producer = producer
        self._partitions = partitions
        self._traffic: Iterator[Template] = itertools.cycle(traffic)
        self.sent = 0

    async def run(self, per_second: float, seconds: float) -> float:
        """Send for so long; gives the pace that was reached, records a second."""
        began, sent_before, due = time.perf_counter(), self.sent, 0.0
        while (elapsed := time.perf_counter() - began) < seconds:
            wanted = int(elapsed * per_second)
            await self.send(itertools.islice(self._traffic, wanted - int(due)))
            due = wanted
            await asyncio.sleep(TICK_SECONDS)
        return (self.sent - sent_before) / (time.perf_counter() - began)

    async def flood(self, records: int, at_once: int = 5_000) -> None:
        """Send so many as fast as the broker takes them."""
        for start in range(0, records, at_once):
            acknowledged = await self.send(itertools.islice(self._traffic, min(at_once, records - start)))
            await asyncio.gather(*acknowledged)

    async def send(self, records: Iterator[Template] | Sequence[Template]) -> list[Any]:
        """Send some now; gives the acknowledgements to come."""
        text = now_text()
        parts: dict[tuple[str, int], list[Template]] = defaultdict(list)
        for record in records:
            parts[record.topic, zlib.crc32(record.key) % self._partitions].append(record)
            self.sent += 1
        return [future for place, held in parts.items() for future in await self._send(place, held, text)]

    async def send_plain(self, topic: str, value: bytes) -> None:
        """Send a record as it is."""
        await self._producer.send(topic, value, partition=0)

    async def _send(self, place: tuple[str, int], records: Sequence[Template], text: bytes) -> list[Any]:
        batch, futures = self._producer.create_batch(), []
        for record in records:
            value = record.stamped(text)
            if batch.append(key=record.key, value=value, timestamp=None) is None:
                futures.append(await self._producer.send_batch(batch, place[0], partition=place[1]))
                batch = self._producer.create_batch()
                batch.append(key=record.key, value=value, timestamp=None)
        return [*futures, await self._producer.send_batch(batch, place[0], partition=place[1])]
