"""Record batches through Faust: an agent gets all records of one partition that one fetch brought, as one value.

    app = batch_app("monitor", broker="batchkafka://127.0.0.1:9092", topic_partitions=4)
    source = batch_topic(app, "cart-events", "order-events", on_poison=dead_letter)
    state = BatchTable(app, "counts", partitions=4)

    @app.agent(source)
    async def intake(stream):
        async for batch in stream:                                   # RecordBatch: topic, partition, records, offsets
            for record in batch:                                     # offset, timestamp (ms), key, value, headers
                state.put(batch.partition, record.key, record.value)

A batch counts as done when the loop asks for the next one; its offset is committed after the tables were flushed and
the broker has acknowledged their changelogs. A batch may come again (at least once): keep the offset in the state.
When the body raises, the batch is tried again, then halved until the poison record is alone; `on_poison(batch, error)`
gets it as a batch of one record. Only what is committed of a transaction is given; `on_jump` hears when records are
gone, or when the name stands for another log. `positions(app)` says how far every partition is read and processed.
`app.on_partitions_revoked` and `app.on_rebalance_complete` are Faust's signals for partitions lost and gained.

Reading order: `batch`, `topic`, `stream`, `agent`, `ledger`, `take`, `thread`, `jumps`, `fetching`, `consumer`,
`conductor`, `transport`, `table`, `positions`, `produce`, `app`. Nothing here knows shops or anomalies, or imports
another package.
"""

from stream_app.batching.app import batch_app
from stream_app.batching.batch import Record, RecordBatch
from stream_app.batching.errors import PartitionNotOwned
from stream_app.batching.positions import Position, positions
from stream_app.batching.produce import send_many
from stream_app.batching.table import BatchTable
from stream_app.batching.topic import BatchTopic, batch_topic
from stream_app.batching.transport import register

__all__ = [
    "BatchTable",
    "BatchTopic",
    "PartitionNotOwned",
    "Position",
    "Record",
    "RecordBatch",
    "batch_app",
    "batch_topic",
    "positions",
    "register",
    "send_many",
]
