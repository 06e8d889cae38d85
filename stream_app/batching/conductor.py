"""Hands batches to the agents' queues, and knows which topics are batch topics."""

from collections.abc import Callable
from functools import partial
from typing import Any

from faust.exceptions import ImproperlyConfigured
from faust.transport.conductor import Conductor
from faust.types import TP

from stream_app.batching.message import BatchMessage
from stream_app.batching.topic import BatchTopic

MOST_QUEUED = 64  # batches, whatever a queue allows: recovery shares one queue of Faust's, made for single records


class BatchConductor(Conductor):
    """Faust's conductor with a second way in: `deliver` for batches, beside `on_message` for single records."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._drop_callbacks: dict[TP, Callable[[], None]] = {}

    def batch_topics(self) -> frozenset[str]:
        """Names of the topics that are read as batches; raises when one is subscribed both ways."""
        batch: set[str] = set()
        single: set[str] = set()
        for channel in self._topics:
            (batch if isinstance(channel, BatchTopic) else single).update(channel.topics)
        if both := batch & single:
            raise ImproperlyConfigured(f"{sorted(both)} are read as batches by one agent and as events by another")
        return frozenset(batch)

    def channels(self, tp: TP) -> list[BatchTopic]:
        """The queues batches of this partition go to, one an agent."""
        return [channel for channel in self._tp_index.get(tp, ()) if isinstance(channel, BatchTopic)]

    def deliver(self, message: BatchMessage) -> bool:
        """Put one batch into the queue of every agent of its topic, or into none: False while one has no room."""
        channels = self.channels(message.tp)
        if full := [channel for channel in channels if not channel.has_room or channel.queue.qsize() >= MOST_QUEUED]:
            for channel in full:  # who takes from it says so, whatever filled it: batches or records
                channel.queue._pending_pressure_drop_callbacks.add(self._on_buffer_drop(message.tp))
            return False
        message.incref(len(channels))
        for channel in channels:
            channel.queue.put_nowait_enhanced(
                channel.event(message),
                on_pressure_high=partial(self._on_buffer_full, message.tp),
                on_pressure_drop=self._on_buffer_drop(message.tp),
            )
        return True

    def _on_buffer_full(self, tp: TP) -> None:
        self.app.sensors.on_topic_buffer_full(tp)
        self.app.consumer.on_buffer_full(tp)

    def _on_buffer_drop(self, tp: TP) -> Callable[[], None]:
        # The queue compares callbacks to know which partitions wait, so a partition needs the same one every time.
        return self._drop_callbacks.setdefault(tp, partial(self.app.consumer.on_buffer_drop, tp))
