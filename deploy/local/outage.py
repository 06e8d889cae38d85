"""The part of the demonstration's plan that only the runner can play: it stops a service for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.children import Child, Children
from deploy.local.shop_time import ShopTime
from deploy.local.stoppages import service_names
from deploy.local.truth import append_stop
from shop_services.traffic.plan import Planned


class Outage:
    """Pauses a process at its shop minute and resumes it at the end."""

    def __init__(self, planned: Planned, name: str, children: Children, clock: ShopTime, truth: Path) -> None:
        self._name = name
        self._children = children
        self._clock = clock
        self._truth = truth
        self._service = planned.subject
        self._begin = clock.start + timedelta(minutes=planned.minute)
        self._end = self._begin + timedelta(minutes=planned.fixed["minutes"])
        self._paused: Child | None = None
        self._is_over = False

    def turn(self) -> str:
        """Do what is due now; a line when something was done, else nothing."""
        now = self._clock.now()
        if self._paused is None:
            return self._stop(now) if now >= self._begin and not self._is_over else ""
        return self._go_on(self._paused) if now >= self._end else ""

    def _stop(self, now: datetime) -> str:
        self._paused = self._children.named(self._name)
        self._paused.pause()
        append_stop(self._truth, self._service, now, self._end)
        return f"the demonstration stops {self._name} until {self._end:%H:%M}"

    def _go_on(self, child: Child) -> str:
        child.resume()
        self._paused, self._is_over = None, True
        return f"the demonstration lets {self._name} go on"


def outages(plan: Sequence[Planned], children: Children, clock: ShopTime, truth: Path) -> list[Outage]:
    """One outage for every incident of the plan that is left to the runner."""
    processes = {service: name for name, service in service_names().items()}
    return [Outage(entry, processes[entry.subject], children, clock, truth) for entry in plan if entry.by_runner]
