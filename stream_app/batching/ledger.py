"""Which batches were delivered, which are done, and how far each partition may therefore be committed.

Pure bookkeeping, used from one event loop. An offset stays pending until the broker has confirmed it, and never moves
past a batch whose predecessors are not done.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from faust.types import TP, Message


@dataclass(slots=True, eq=False)
class Delivery:
    """One batch on its way through the agents; `next_offset` is where its partition continues.

    Its message knows it, so it must not know the message: whole batches would then wait for a garbage collection.
    """

    tp: TP
    first_offset: int
    next_offset: int
    is_done: bool = False


class Ledger:
    """Deliveries of every assigned partition, in the order of delivery."""

    def __init__(self) -> None:
        self._open: dict[TP, deque[tuple[Delivery, Message]]] = {}
        self._pending: dict[TP, int] = {}
        self._delivered: dict[TP, int] = {}

    def deliver(self, tp: TP, first_offset: int, next_offset: int, message: Message) -> Delivery:
        """Note a batch before an agent can see it."""
        delivery = Delivery(tp, first_offset, next_offset)
        self._open.setdefault(tp, deque()).append((delivery, message))
        self._delivered[tp] = next_offset
        return delivery

    def advance(self, tp: TP, position: int) -> None:
        """Everything of the partition below `position` was delivered, or holds no records."""
        self._delivered[tp] = position

    def reached(self, tp: TP) -> int | None:
        """Where the partition is expected to go on; None while nothing is known."""
        return self._delivered.get(tp)

    def finish(self, delivery: Delivery) -> None:
        """Note that a batch was processed to its end."""
        delivery.is_done = True
        deliveries = self._open.get(delivery.tp)
        while deliveries and deliveries[0][0].is_done:
            self._pending[delivery.tp] = deliveries.popleft()[0].next_offset

    def committable(self) -> dict[TP, int]:
        """Offset to commit for every partition that has one the broker has not confirmed."""
        return dict(self._pending)

    def confirm(self, offsets: Mapping[TP, int]) -> None:
        """The broker has these offsets; what was finished meanwhile stays pending."""
        for tp, offset in offsets.items():
            if self._pending.get(tp, -1) <= offset:
                self._pending.pop(tp, None)

    def forget(self, partitions: Iterable[TP]) -> list[Message]:
        """Drop everything about these partitions; gives the messages that were not done."""
        orphans: list[Message] = []
        for tp in partitions:
            orphans += [message for _, message in self._open.pop(tp, ())]
            self._pending.pop(tp, None)
            self._delivered.pop(tp, None)
        return orphans

    def partitions(self) -> set[TP]:
        """Every partition the ledger knows."""
        return self._open.keys() | self._pending.keys() | self._delivered.keys()

    def processed_through(self, tp: TP) -> int | None:
        """Every record of the partition below this offset is processed; None while nothing is known."""
        deliveries = self._open.get(tp)
        return deliveries[0][0].first_offset if deliveries else self._delivered.get(tp)
