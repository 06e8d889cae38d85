"""A worker that counts records by key, as a process of its own: what the tests kill.

    python -m tests.integration.batching.counting APP TOPIC BOOTSTRAP STORE FOLDER

It appends the values it sees to `FOLDER/seen`, 8 bytes each.
"""

import asyncio
import struct
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from faust import App

from stream_app.batching import BatchTable, RecordBatch, batch_app, batch_topic

PARTITIONS = 4
STATE = struct.Struct(">qq")  # count, last offset included


def counting_app(name: str, topics: list[str], bootstrap: str, store: str, folder: Path) -> tuple[App, BatchTable]:
    """An app whose agent counts; the offset in each value makes a repeated batch harmless."""
    app = batch_app(
        name,
        broker=f"batchkafka://{bootstrap}",
        store=store,
        datadir=str(folder),
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        topic_disable_leader=True,
        table_standby_replicas=0,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=0.5,
        broker_commit_interval=0.3,
        consumer_auto_offset_reset="earliest",
        web_enabled=False,
    )
    table = BatchTable(app, "counts", partitions=PARTITIONS)
    folder.mkdir(parents=True, exist_ok=True)

    @app.agent(batch_topic(app, *topics))
    async def count(stream: Any) -> None:
        async for batch in stream:
            count_batch(table, batch, folder / "seen")

    return app, table


def count_batch(table: BatchTable, batch: RecordBatch, seen: Path) -> None:
    """Add the batch to the counts, and note what was seen."""
    offsets: dict[bytes, list[int]] = defaultdict(list)
    for record in batch:
        offsets[b"%s/%s" % (batch.topic.encode(), record.key)].append(record.offset)
    for key, included in offsets.items():
        state = table.get(batch.partition, key)
        count, last = STATE.unpack(state) if state else (0, -1)
        count += sum(offset > last for offset in included)
        table.put(batch.partition, key, STATE.pack(count, max(last, included[-1])))
    with seen.open("ab") as file:
        file.write(b"".join(record.value or b"" for record in batch))


def total(table: BatchTable) -> int:
    """Records counted in the partitions this worker owns."""
    return sum(STATE.unpack(value)[0] for partition in table.owned for _, value in table.items(partition))


def seen_values(*folders: Path) -> list[int]:
    """Every value the workers of these folders saw, with repetitions."""
    files = [folder / "seen" for folder in folders if (folder / "seen").exists()]
    return [value for file in files for (value,) in struct.iter_unpack(">q", whole(file.read_bytes()))]


def whole(data: bytes) -> bytes:
    """Without what a killed process left half written."""
    return data[: len(data) // 8 * 8]


async def main(name: str, topic: str, bootstrap: str, store: str, folder: str) -> None:
    """Run until killed."""
    app, _ = counting_app(name, [topic], bootstrap, store, Path(folder))
    await app.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
