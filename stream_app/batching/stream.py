"""A stream that acknowledges a batch only when the loop body has run to its end."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
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
    is_alone: bool = False  # a turn it was part of failed, by whichever of its batches
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
        self._in_hand: list[Attempt] = []
        self._again: deque[Attempt] = deque()
        self._pause_seconds = 0.0
        self._next_turn_at = 0.0
        self._poison_in_a_row = 0

    def __aiter__(self) -> Any:
        return BatchIterator(self, self.next_batch) if isinstance(self.channel, BatchTopic) else super().__aiter__()

    def turns(self, records: int, every_seconds: float = 0.0) -> "BatchIterator":
        """Iterates over lists of batches: whatever waits of all partitions, up to about so many records.

        A stage that pays for a call, not for a record, so keeps up with many partitions that bring little each. Where a
        turn fails, its batches come again one by one. After one that is not full the next begins no sooner than
        `every_seconds` later.
        """
        return BatchIterator(self, partial(self.next_turn, records, every_seconds))

    def fail(self, error: BaseException) -> None:
        """The loop body raised `error`: decide what to do with what is in hand."""
        turn, self._in_hand = self._in_hand, []
        self._pause_seconds = SHORTEST_PAUSE_SECONDS if turn else self._pause_seconds
        if is_passing(error):
            self._repeat(turn)
        elif len(turn) > 1:
            self._again.extendleft(reversed([replace(attempt, is_alone=True) for attempt in turn]))
        elif turn:
            self._fail_alone(turn[0], error)

    def _repeat(self, turn: list[Attempt]) -> None:
        """The same once more, after a pause that grows."""
        for attempt in turn:
            attempt.failures += 1
        self._pause_seconds = max([_pause(attempt.failures) for attempt in turn], default=self._pause_seconds)
        self._again.extendleft(reversed(turn))

    def _fail_alone(self, attempt: Attempt, error: BaseException) -> None:
        if attempt.poison is not None:
            self._repeat([attempt])
            return
        attempt.failures += 1
        if attempt.failures == 1 and not attempt.is_part:
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
        (batch,) = await self.next_turn(1)
        return batch

    async def next_turn(self, records: int, every_seconds: float = 0.0) -> list[RecordBatch]:
        """The next batches, at least one, until they have so many records; finishes those in hand."""
        self._finish()
        consumer = cast(BatchConsumer, self.app.consumer)
        if consumer.must_commit:
            await consumer.commit()
        while True:
            attempt = await self._next_attempt()
            if self._is_stale(attempt):
                continue
            if attempt.poison is None:
                self._in_hand = [attempt, *self._more(attempt, records - len(attempt.batch))]
                self._pace(records, every_seconds)
                return [await self._begin(one) for one in self._in_hand]
            self._in_hand = [attempt]
            await self._set_aside(attempt, attempt.poison)
            self._finish()

    def _more(self, first: Attempt, records: int) -> Iterable[Attempt]:
        """What waits beside the first one, as far as it may share its turn."""
        queue: Any = cast(BatchTopic, self.channel).queue
        while records > 0 and not (first.is_alone or first.is_part or self._again or queue._errors) and queue.qsize():
            attempt = Attempt(queue.get_nowait())
            if not self._is_stale(attempt):
                records -= len(attempt.batch)
                yield attempt

    def _pace(self, records: int, every_seconds: float) -> None:
        """A full turn is followed at once: much waits."""
        is_full = sum(len(attempt.batch) for attempt in self._in_hand) >= records
        self._next_turn_at = 0.0 if is_full else time.monotonic() + every_seconds

    async def _next_attempt(self) -> Attempt:
        pause, self._pause_seconds = max(self._pause_seconds, self._next_turn_at - time.monotonic(), 0.0), 0.0
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
        turn, self._in_hand = self._in_hand, []
        for attempt in turn:
            self._finish_one(attempt)

    def _finish_one(self, attempt: Attempt) -> None:
        if attempt.poison is None:
            self._poison_in_a_row = 0
        self._set_current_event(None)
        message = attempt.event.message
        is_last = attempt.event.ack()
        self._on_stream_event_out(message.tp, message.offset, self, attempt.event, None)
        if is_last:
            self._on_message_out(message.tp, message.offset, message)

    def resume(self) -> None:
        """A new loop begins: what its predecessor left in hand without an error comes first again."""
        turn, self._in_hand = self._in_hand, []
        self._again.extendleft(reversed(turn))


class BatchIterator:
    """One `async for` over a stream. Asking for the next item is what says that the last one is done."""

    def __init__(self, stream: BatchStream, take_next: Callable[[], Awaitable[Any]]) -> None:
        self._stream = stream
        self._take_next = take_next
        self._has_begun = False

    def __aiter__(self) -> "BatchIterator":
        return self

    async def __anext__(self) -> Any:
        if not self._has_begun:
            self._has_begun = True
            await self._stream.maybe_start()
            self._stream.resume()
        try:
            return await self._take_next()
        except StopAsyncIteration:
            await self._stream.stop()
            self._stream.service_reset()
            raise


def _pause(failures: int) -> float:
    """Seconds before the next attempt, doubling with every failure."""
    return min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2 ** min(failures, 10))
