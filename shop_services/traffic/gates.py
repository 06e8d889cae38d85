"""Requests that never reach the shop: a line is down, a load balancer has lost half of its servers. Works in both
drivers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shop_services.traffic.actions import Action, Step

_SPREAD = 2_654_435_761  # Knuth's multiplier: neighbouring shoppers do not share their luck


@dataclass(frozen=True, slots=True)
class Gate:
    """From `begin` to `end` only the share `keep` of shoppers gets through; a shopper is lucky or not for the whole
    time.
    """

    begin: float
    end: float
    keep: float

    def admits(self, step: Step) -> bool:
        """Whether this step reaches the shop. Staff always do."""
        if not self.begin <= step.at < self.end or not isinstance(step.action, Action):
            return True
        return (step.action.shopper * _SPREAD % 2**32) / 2**32 < self.keep


def passing(steps: Iterable[Step], gates: list[Gate]) -> Iterator[Step]:
    """The steps that reach the shop; `gates` may grow while this runs."""
    for step in steps:
        if all(gate.admits(step) for gate in gates):
            yield step
