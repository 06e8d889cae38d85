"""What happens to messages on their way: late, twice, or stamped by a clock that runs ahead. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import msgspec

from shop_services.contracts.envelope import Envelope
from shop_services.contracts.times import rfc3339

CLOCK_AHEAD = timedelta(hours=2)
SKEWED_SOURCE = "/cqshop/cart-service"


class Delivery(NamedTuple):
    """A message as the consumer gets it; `arrived` (RFC 3339) sorts by time. `is_faulty`: not at once."""

    arrived: str
    order: int
    topic: str
    envelope: Envelope
    is_faulty: bool


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of the messages that come late (by minutes; a sixth of them by hours), or twice, and of the cart's
    messages that are stamped two hours ahead (one of its processes has a wrong clock).
    """

    late: float = 0.0
    double: float = 0.0
    skew: float = 0.0

    def deliveries(self, topic: str, envelope: Envelope, order: int, rng: Random) -> Iterator[Delivery]:
        """One delivery mostly, of the message as it arrives."""
        sent = envelope.time
        if self.skew and envelope.source == SKEWED_SOURCE and rng.random() < self.skew:
            envelope = msgspec.structs.replace(envelope, time=_after(sent, CLOCK_AHEAD))
        late = self.late > 0 and rng.random() < self.late
        arrived = _after(sent, _delay(rng)) if late else sent
        yield Delivery(arrived, order, topic, envelope, late or envelope.time != sent)
        if self.double and rng.random() < self.double:
            yield Delivery(_after(arrived, timedelta(seconds=rng.uniform(0.05, 30))), order, topic, envelope, True)


def _delay(rng: Random) -> timedelta:
    return timedelta(hours=rng.uniform(1, 4)) if rng.random() < 1 / 6 else timedelta(minutes=rng.uniform(1, 10))


def _after(text: str, delay: timedelta) -> str:
    return rfc3339(datetime.fromisoformat(text) + delay)
