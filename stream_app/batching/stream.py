"""A stream that acknowledges a batch only when the loop body has run to its end."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from faust.events import Event
from faust.streams import Stream
from mode.utils.futures import maybe_async

from stream_app.batching.batch import RecordBatch
from stream_app.batching.consumer import BatchConsumer
from stream_app.batching.failures import is_passing
from stream_app.batching.topic import BatchTopic

SHORTEST_PAUSE_SECONDS = 0.02  # Faust ends the worker at 100 agent restarts a second
LONGEST_PAUSE_SECONDS = 5.0


@dataclass(slots=True)
class Attempt:
    """A batch, or a part of one after a failure, on its way through the loop body."""

    event: Event
    failures: int = 0
    is_part: bool = False
    poison: BaseException | None = None

    @property
    def batch(self) -> RecordBatch:
        return cast(RecordBatch, self.event.value)


class BatchStream(Stream[Any]):
    """Gives batches for a batch topic, and is the stock stream for every other channel.

    When the loop body raises, Faust restarts the agent on this same stream; the batch in hand comes first again.
    """

    reads_batches: ClassVar[bool] = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_hand: Attempt | None = None
        self._again: deque[Attempt] = deque()
        self._pause_seconds = 0.0
        self._poison_in_a_row = 0

    def __aiter__(self) -> Any:
        return BatchIterator(self) if isinstance(self.channel, BatchTopic) else super().__aiter__()

    def fail(self, error: BaseException) -> None:
        """The loop body raised `error`: decide what to do with the batch in hand."""
        attempt, self._in_hand = self._in_hand, None
        if attempt is None:
            return
        attempt.failures += 1
        self._pause_seconds = SHORTEST_PAUSE_SECONDS
        if is_passing(error) or attempt.poison is not None:
            self._pause_seconds = _pause(attempt.failures)
            self._again.appendleft(attempt)
        elif attempt.failures == 1 and not attempt.is_part:
            self._again.appendleft(attempt)
        elif len(attempt.batch) > 1:
            self._again.extendleft(reversed(self._split(attempt)))
        else:
            attempt.poison = error
            self._again.appendleft(attempt)
            # One bad record costs no time, but a bug that fails them all must not empty the topic in minutes.
            self._pause_seconds = _pause(self._poison_in_a_row)
            self._poison_in_a_row += 1

    def _split(self, attempt: Attempt) -> list[Attempt]:
        # Both halves share the message: its offset counts as done when each of them is.
        message = attempt.event.message
        message.incref()
        return [Attempt(Event(self.app, None, half, None, message), 0, True) for half in attempt.batch.halves()]

    async def next_batch(self) -> RecordBatch:
        """The next batch; finishes the one in hand. Raises `StopAsyncIteration` when the agent is to end."""
        self._finish()
        consumer = cast(BatchConsumer, self.app.consumer)
        if consumer.must_commit:
            await consumer.commit()
        while True:
            attempt = await self._next_attempt()
            if self._is_stale(attempt):
                continue
            self._in_hand = attempt
            if attempt.poison is None:
                return await self._begin(attempt)
            await self._set_aside(attempt, attempt.poison)
            self._finish()

    async def _next_attempt(self) -> Attempt:
        pause, self._pause_seconds = self._pause_seconds, 0.0
        await asyncio.sleep(pause)  # also zero: a full queue must not starve the rest of the loop
        if self._again:
            return self._again.popleft()
        return Attempt(await self.channel.__anext__())

    def _is_stale(self, attempt: Attempt) -> bool:
        message = attempt.event.message
        is_current = message.generation_id == self.app.consumer_generation_id
        return message.acked or not is_current or not self.app.flow_control.is_active()

    async def _begin(self, attempt: Attempt) -> RecordBatch:
        event, message = attempt.event, attempt.event.message
        if not message.tracked:
            message.tracked = True
            self.app.consumer.track_message(message)
        self._on_stream_event_in(message.tp, message.offset, self, event)
        self._set_current_event(event)
        value: Any = event.value
        for processor in self._processors:
            value = await maybe_async(processor(value))
        self.events_total += 1
        return cast(RecordBatch, value)

    async def _set_aside(self, attempt: Attempt, error: BaseException) -> None:
        on_poison = cast(BatchTopic, self.channel).on_poison
        if on_poison is None:
            raise error
        await on_poison(attempt.batch, error)

    def _finish(self) -> None:
        attempt, self._in_hand = self._in_hand, None
        if attempt is None:
            return
        if attempt.poison is None:
            self._poison_in_a_row = 0
        self._set_current_event(None)
        message = attempt.event.message
        is_last = attempt.event.ack()
        self._on_stream_event_out(message.tp, message.offset, self, attempt.event, None)
        if is_last:
            self._on_message_out(message.tp, message.offset, message)

    def resume(self) -> None:
        """A new loop begins: a batch its predecessor left in hand without an error comes first again."""
        if self._in_hand is not None:
            attempt, self._in_hand = self._in_hand, None
            self._again.appendleft(attempt)


class BatchIterator:
    """One `async for` over a stream. Asking for the next batch is what says that the last one is done."""

    def __init__(self, stream: BatchStream) -> None:
        self._stream = stream
        self._has_begun = False

    def __aiter__(self) -> "BatchIterator":
        return self

    async def __anext__(self) -> RecordBatch:
        if not self._has_begun:
            self._has_begun = True
            await self._stream.maybe_start()
            self._stream.resume()
        try:
            return await self._stream.next_batch()
        except StopAsyncIteration:
            await self._stream.stop()
            self._stream.service_reset()
            raise


def _pause(failures: int) -> float:
    """Seconds before the next attempt, doubling with every failure."""
    return min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2 ** min(failures, 10))
