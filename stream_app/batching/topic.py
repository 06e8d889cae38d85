"""A topic whose events are whole record batches."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from faust import App
from faust.events import Event
from faust.exceptions import ImproperlyConfigured
from faust.topics import Topic
from faust.types import TP, Message

from stream_app.batching.batch import RecordBatch

Poison = Callable[[RecordBatch, BaseException], Awaitable[None]]
StartFrom = Callable[[TP, int], int]
OnJump = Callable[[TP, int, int], Awaitable[None]]

SLICE_RECORDS = 4_096  # bounds how long one batch can hold the loop
QUEUED_BATCHES = 64  # as many partitions can bring a little each without being held up one by one
QUEUED_RECORDS = (
    8 * SLICE_RECORDS
)  # of all those batches: enough to keep an agent busy while the next fetch is under way


class BatchTopic(Topic):
    """One or more Kafka topics read as batches: `async for batch in stream` gives a `RecordBatch`.

    A batch that fails is tried again, then halved until the poison record is alone; that batch of one record and the
    error go to `on_poison`, and the record counts as done. Without `on_poison` the batch is tried for ever.
    `start_from` is asked after every rebalance, with the committed offset (-1: none), where reading is to begin.
    `on_jump` hears when a partition does not go on where it was read to, with the offset expected and the one it went
    on at. A later one: what lies between is gone. An earlier one: it is another log, and `start_from` is asked again.
    """

    def __init__(
        self,
        app: App,
        *,
        on_poison: Poison | None = None,
        start_from: StartFrom | None = None,
        on_jump: OnJump | None = None,
        slice_records: int = SLICE_RECORDS,
        **options: Any,
    ) -> None:
        super().__init__(app, **{"maxsize": QUEUED_BATCHES, **options})
        self.on_poison = on_poison
        self.start_from = start_from
        self.on_jump = on_jump
        self.slice_records = slice_records

    @property
    def has_room(self) -> bool:
        """True while the queue takes another batch: it is bounded in batches and in records."""
        queue: Any = self.queue
        batches = (event.value for event in queue._queue)
        records = sum(len(batch) for batch in batches if isinstance(batch, RecordBatch))
        return not self.queue.full() and records < QUEUED_RECORDS

    def event(self, message: Message) -> Event:
        """The event that carries a message's batch; nothing is deserialized."""
        return Event(self.app, None, message.value, None, message)

    def _clone_args(self) -> Mapping[str, Any]:
        return {
            **super()._clone_args(),
            "on_poison": self.on_poison,
            "start_from": self.start_from,
            "on_jump": self.on_jump,
            "slice_records": self.slice_records,
        }

    def __aiter__(self) -> "BatchTopic":  # type: ignore[override]
        if not getattr(self.app.conf.Stream, "reads_batches", False):
            raise ImproperlyConfigured("a batch topic needs an app made by stream_app.batching.batch_app")
        return super().__aiter__()  # type: ignore[return-value]


def batch_topic(app: App, *names: str, **options: Any) -> BatchTopic:
    """A topic for one agent that reads all of `names`; options as for `BatchTopic` and `faust.Topic`."""
    return BatchTopic(app, topics=list(names), key_type=bytes, value_type=bytes, **options)
