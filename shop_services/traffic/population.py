"""Who the shop's customers are."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from random import Random

KNOWN_AT_MOST = 20_000


@dataclass(slots=True)
class Shopper:
    """A person: the simulator's number for them, what lies in their cart (pieces per product code), since when."""

    number: int
    last_put: float = 0.0
    cart: dict[str, int] = field(default_factory=dict)


class Population:
    """Shoppers with an account who are not in the shop right now. Bounded: beyond that many, leavers are forgotten."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._idle: list[Shopper] = []

    def __len__(self) -> int:
        return len(self._idle)

    def newcomer(self) -> Shopper:
        """Somebody who was never here."""
        return Shopper(next(self._numbers))

    def visitor(self, rng: Random) -> Shopper | None:
        """Somebody known who comes again, or nobody when all are busy; `leave` gives them back."""
        if not self._idle:
            return None
        index = rng.randrange(len(self._idle))
        self._idle[index], self._idle[-1] = self._idle[-1], self._idle[index]
        return self._idle.pop()

    def leave(self, shopper: Shopper) -> None:
        """The visit ends; the shopper may come again."""
        if len(self._idle) < KNOWN_AT_MOST:
            self._idle.append(shopper)
