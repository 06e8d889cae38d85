"""Notices when a partition does not go on where it was read to.

Kafka's client goes to the oldest record by itself when the one it asked for is not there, and says nothing. What is
gone (retention) and what is another log under the same name (deleted and created again) must be told apart and told.
"""

from collections.abc import Collection
from dataclasses import dataclass

from faust.types import TP

from stream_app.batching.ledger import Ledger
from stream_app.batching.thread import Fetched


@dataclass(frozen=True, slots=True)
class Jump:
    """A partition was to go on at `expected` and went on at `began`, both offsets."""

    expected: int
    began: int

    @property
    def is_another_log(self) -> bool:
        """True when the log ends before what was read of it; else records between the two are gone."""
        return self.began < self.expected


def jumps(fetched: Fetched, ledger: Ledger, batch_topics: Collection[str]) -> dict[TP, Jump]:
    """The partitions of one fetch that did not go on where the ledger says they were read to."""
    found = {}
    for key, reach in fetched.reach.items():
        tp, taken = TP(*key), fetched.taken.get(key)
        began = taken.asked_from if taken else reach.position
        expected = ledger.reached(tp)
        if tp.topic in batch_topics and None not in (began, expected) and began != expected:
            found[tp] = Jump(expected or 0, began or 0)
    return found
