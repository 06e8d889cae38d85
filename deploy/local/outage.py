"""The part of the demonstration's plan that only the runner can play: it stops a service for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.children import Child
from deploy.local.shop_time import ShopTime
from deploy.local.truth import append_stop
from shop_services.traffic.plan import Planned


class Outage:
    """Pauses a process at its shop minute and resumes it at the end."""

    def __init__(self, planned: Planned, child: Child, clock: ShopTime, truth: Path) -> None:
        self._child = child
        self._clock = clock
        self._truth = truth
        self._service = planned.subject
        self.begin: datetime = clock.start + timedelta(minutes=planned.minute)
        self.end: datetime = self.begin + timedelta(minutes=planned.fixed["minutes"])
        self._is_over = False

    def turn(self) -> str | None:
        """Do what is due now; a line when something was done."""
        now = self._clock.now()
        if not self._child.is_paused and not self._is_over and now >= self.begin:
            self._child.pause()
            append_stop(self._truth, self._service, now, self.end)
            return f"stopping {self._child.name} for {(self.end - self.begin).seconds // 60} shop minutes"
        if self._child.is_paused and now >= self.end:
            self._child.resume()
            self._is_over = True
            return f"{self._child.name} goes on"
        return None


def outages(plan: Sequence[Planned], children: dict[str, Child], clock: ShopTime, truth: Path) -> list[Outage]:
    """One outage for every incident of the plan that is left to the runner."""
    return [Outage(entry, children[entry.subject], clock, truth) for entry in plan if entry.by_runner]
