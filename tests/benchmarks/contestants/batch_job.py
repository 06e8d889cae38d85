"""The same job by an agent on our batches: windows in a batch table with its changelog, hits sent batch by batch.

`builder(is_kept=False)` keeps the windows in memory alone, as Bytewax does without recovery.
"""

from typing import Any

import msgspec
from faust import App

from stream_app.batching import BatchTable, batch_topic, send_many
from tests.benchmarks.contestants.faust_app import Build, Checks, compete, fast_app
from tests.benchmarks.job import Counts, Job
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order


class PartitionWindows(dict[str, Counts]):
    """The windows of one partition; what a batch changed goes to the table when the batch is done."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: set[str] = set()

    def __setitem__(self, name: str, counts: Counts) -> None:
        super().__setitem__(name, counts)
        self._changed.add(name)

    def store(self, table: BatchTable, partition: int) -> None:
        """Hand the changes over."""
        for name in self._changed:
            table.put(partition, name.encode(), msgspec.msgpack.encode(self[name]))
        self._changed.clear()


def builder(*, is_kept: bool) -> Build:
    """Of the app with its agent, and with its table when the windows are kept."""

    def build(order: Order, meter: Meter) -> tuple[App, Checks]:
        app = fast_app(order)
        job = Job(order.model, order.threshold)
        table = BatchTable(app, "windows", partitions=order.partitions) if is_kept else None
        windows: list[dict[str, Counts]] = [PartitionWindows() if is_kept else {} for _ in range(order.partitions)]

        @app.agent(batch_topic(app, *order.topics))
        async def judge(stream: Any) -> None:
            async for batch in stream:
                meter.begin()
                held = windows[batch.partition]
                entities = [f"{batch.topic}/{record.key.decode()}" for record in batch]
                hits = job.take(entities, batch.values(), held)
                if table is not None and isinstance(held, PartitionWindows):
                    held.store(table, batch.partition)
                await send_many(app, order.hits, None, [(None, hit, ()) for hit in hits])
                meter.done(len(batch))

        return app, job.checks

    return build


if __name__ == "__main__":
    compete(builder(is_kept=True))
