"""Who is under suspicion, from strong evidence until what comes looks ordinary again.

Windows forget: at night a stopped service brings little evidence a minute, and a long outage is soon all that windows
hold. So strong evidence is held until the minutes since speak for the ordinary (a sequential test of the ordinary
rate against the suspected one, Page, "Continuous inspection schemes", Biometrika 41, 1954). While the shop is held
its services keep silent, and the other way round: one incident, one anomaly. Who is let go is judged anew: by windows
that begin after it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
LOUD = 9.5  # nats from which an entity is told of and held: whoever is held silences others
KEPT = 0.7  # of the strongest evidence, while held
ORDINARY = 7.0  # nats for the ordinary that end it
LARGEST = 2.0  # log ratio beyond which none is asked


class Minutes(NamedTuple):
    """What is needed of n minutes and all entities."""

    nats: Floats  # (n, n_entities)
    log_ratio: Floats  # (n, n_entities) of the window that says most
    role: Ints  # (n, n_entities) which of the entity's columns says most
    seen: Floats  # (n, n_entities, n_roles) of that minute alone
    expected: Floats  # (n, n_entities, n_roles)
    cluster: Floats  # (n, n_entities, n_roles) events that one independent cause brings


class Holds:
    """Entities under suspicion."""

    __slots__ = ("log_ratio", "ordinary", "peak", "role", "since")

    def __init__(self, width: int) -> None:
        self.peak = np.zeros(width)  # nats; 0: not held
        self.log_ratio = np.zeros(width)
        self.role = np.zeros(width, np.int64)
        self.ordinary = np.zeros(width)  # nats for the ordinary since
        self.since = np.zeros(width, np.int64)  # minute from which on windows count

    def applied(self, first: int, anew: Callable[[Ints], Minutes]) -> tuple[Floats, Mask, Ints]:
        """Evidence of the minutes from `first` on with what is held, who is held, and since when (`since`) windows
        count, (n, n_entities) each. `anew` gives the minutes by windows that begin at a minute (n_entities,) or later.
        """
        minutes = anew(self.since)
        nats, held = minutes.nats.copy(), np.zeros(minutes.nats.shape, bool)
        since = np.repeat(self.since[None], len(nats), axis=0)
        row = 0
        while row < len(nats):
            if not self.peak.any():
                loud = (minutes.nats[row:] >= LOUD).any(axis=1)
                row += int(loud.argmax()) if loud.any() else len(nats)
            if row < len(nats):
                if self._has_let_go(minutes, row, first):
                    minutes, since[row:] = anew(self.since), self.since
                    nats[row:] = minutes.nats[row:]
                self._step(nats, minutes, row)
                held[row] = self.peak > 0
                row += 1
        return nats, held, since

    def _has_let_go(self, minutes: Minutes, row: int, first: int) -> bool:
        """Take in what a minute says for the ordinary; whoever is let go is judged anew from the next minute on, the
        shop with its services.
        """
        at = (row, np.arange(len(self.peak)), self.role)
        expected, cluster = minutes.expected[at], minutes.cluster[at]
        seen = np.minimum(minutes.seen[at], expected + cluster)  # what was caught up with is no ordinary minute
        gain = (expected * np.expm1(self.log_ratio) - seen * self.log_ratio) / cluster
        self.ordinary = np.maximum(self.ordinary + gain, 0.0) * (self.peak > 0)
        gone = self.ordinary >= ORDINARY
        gone[0] |= gone[1:].any()  # its windows hold what the service did not do
        self.since[gone] = first + row + 1
        self.let_go(gone)
        return bool(gone.any())

    def _step(self, nats: Floats, minutes: Minutes, row: int) -> None:
        """One minute, in which somebody is or becomes held."""
        now = np.where(self._hushed(), 0.0, nats[row])
        louder = (now >= LOUD) & (now > self.peak)
        self.log_ratio = np.where(louder, np.clip(minutes.log_ratio[row], -LARGEST, LARGEST), self.log_ratio)
        self.role = np.where(louder, minutes.role[row], self.role)
        self.peak = np.where(louder, now, self.peak)
        nats[row] = np.maximum(np.where(self._hushed(), 0.0, now), KEPT * self.peak)

    def let_go(self, places: NDArray[np.bool_]) -> None:
        """Some of the entities (n_entities,) are held no more."""
        for column in (self.peak, self.log_ratio, self.ordinary):
            column[places] = 0.0

    def _hushed(self) -> NDArray[np.bool_]:
        """The shop while a service is held, the services while the shop is."""
        return np.concatenate([[self.peak[1:].any()], np.full(len(self.peak) - 1, self.peak[0] > 0)])

    def save(self) -> dict[str, Any]:
        """Everything as JSON-able values."""
        return {name: getattr(self, name).tolist() for name in self.__slots__}

    def load(self, saved: dict[str, Any]) -> None:
        """What `save` gave."""
        for name in self.__slots__:
            setattr(self, name, np.array(saved[name], getattr(self, name).dtype))
