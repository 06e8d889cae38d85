"""How far the worker has come in every source partition, also when nothing arrives."""

from dataclasses import dataclass
from typing import cast

from faust import App

from stream_app.batching.consumer import BatchConsumer


@dataclass(frozen=True, slots=True)
class Position:
    """One assigned partition of a batch topic.

    At `polled_at` (seconds since the epoch) the partition ended at `high_watermark`; both are None until the broker has
    answered a fetch. The next fetch starts at `next_offset`. Every record below `processed_through` has been processed
    to its end, so the partition was caught up at `polled_at` when `processed_through >= high_watermark`. `end` and
    `answered_at` are the newest that is known of the partition's end, by fetches or because it was asked for.
    """

    next_offset: int
    high_watermark: int | None
    polled_at: float | None
    processed_through: int
    end: int | None
    answered_at: float | None

    @property
    def is_caught_up(self) -> bool:
        """True when everything that was in the partition at `polled_at` has been processed."""
        return self.high_watermark is not None and self.processed_through >= self.high_watermark


def positions(app: App) -> dict[tuple[str, int], Position]:
    """Position of every assigned source partition by (topic, partition); empty before the worker is ready."""
    consumer = cast(BatchConsumer, app.consumer)
    known = {}
    for tp, reach in consumer.reach.items():
        through = consumer.ledger.processed_through(tp)
        if through is not None:
            end, at = consumer.end_of(tp, reach) or (None, None)
            fetched = (reach.position, reach.high_watermark, reach.polled_at)
            known[tp.topic, tp.partition] = Position(*fetched, through, end, at)
    return known
