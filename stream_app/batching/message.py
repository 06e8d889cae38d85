"""The one Faust message that carries a whole batch."""

from faust.types import TP
from faust.types.tuples import ConsumerMessage

from stream_app.batching.batch import RecordBatch
from stream_app.batching.ledger import Delivery


class BatchMessage(ConsumerMessage):
    """A message whose value is a `RecordBatch` and whose offset is the last of the batch.

    `generation_id` is the consumer generation of the fetch: streams drop a message of another generation.
    """

    __slots__ = ("delivery",)

    def __init__(self, batch: RecordBatch, tp: TP, generation_id: int) -> None:
        last = batch.records[-1]
        super().__init__(
            topic=batch.topic,
            partition=batch.partition,
            offset=last.offset,
            timestamp=last.timestamp / 1000,
            timestamp_type=0,
            headers=None,
            key=None,
            value=batch,  # type: ignore[arg-type]  # Faust only hands it from the message to the event
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            tp=tp,
            generation_id=generation_id,
        )
        self.delivery: Delivery | None = None
