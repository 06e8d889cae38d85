"""The ends of partitions that are not fetched now, because their queue is full or others must catch up first.

A fetch tells where its partition ends, and that the broker answers. Where none goes out neither is known: the lag would
stand still while it grows, and a broker would be taken for away only because we cannot keep up with it.
"""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError
from faust.types import TP
from mode import Service

from stream_app.batching.fetching import FetchingConsumer
from stream_app.batching.thread import Reach

ASK_SECONDS = 2.0  # without an answer to a fetch for so long the end is asked for


class End(NamedTuple):
    """Where a partition ends, by what the broker answered `at` (seconds since the epoch)."""

    offset: int
    at: float


class AskingConsumer(FetchingConsumer):
    """Asks the broker for the ends of partitions that no fetch tells of."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ends: dict[TP, End] = {}

    def end_of(self, tp: TP, reach: Reach) -> End | None:
        """The newest that is known of a partition's end; None before the broker has answered."""
        known = [end for end in (self._ends.get(tp), _fetched(reach)) if end is not None]
        return End(max(end.offset for end in known), max(end.at for end in known)) if known else None

    @Service.task
    async def _ask_for_ends(self) -> None:
        try:
            async for _ in self.itertimer(ASK_SECONDS, name="ask for ends"):
                await self.ask_for_ends(time.time())
        except self.consumer_stopped_errors:
            if not self.should_stop:
                raise

    async def ask_for_ends(self, now: float) -> None:
        """Ask once for the partitions whose last fetch was answered too long ago; a broker that is away is logged."""
        self._ends = {tp: end for tp, end in self._ends.items() if tp in self.reach}
        unheard = [tp for tp, reach in self.reach.items() if now - (reach.polled_at or 0.0) > ASK_SECONDS]
        if not unheard or not self.flow_active:
            return
        try:
            self._note(await self._thread.highwaters(*unheard))
        except KafkaError as error:
            self.log.warning("the ends of %s partitions are not known: %r", len(unheard), error)

    def _note(self, ends: Mapping[TP, int]) -> None:
        now = time.time()
        self._ends |= {TP(*tp): End(offset, now) for tp, offset in ends.items()}


def _fetched(reach: Reach) -> End | None:
    if reach.high_watermark is None or reach.polled_at is None:
        return None
    return End(reach.high_watermark, reach.polled_at)
