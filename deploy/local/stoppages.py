"""Parts that somebody stops on purpose during a run, and starts again."""

import time
from datetime import datetime
from pathlib import Path

from deploy.local import requests
from deploy.local.children import STOP_SECONDS, Child, Children
from deploy.local.shop_time import ShopTime
from deploy.local.truth import append_stop
from shop_services.contracts.catalogue import owners


class Stoppages:
    """Carries out requests. A stopped service is an incident like any other and goes into the truth."""

    def __init__(self, folder: Path, children: Children, clock: ShopTime, truth: Path) -> None:
        self._folder = folder
        self._children = children
        self._clock = clock
        self._truth = truth
        self._since: dict[str, datetime] = {}  # shop time, by the part's name

    def turn(self) -> list[str]:
        """Do what was asked for since the last call; a line for each request."""
        return [self._carry_out(request) for request in requests.take(self._folder)]

    def holds(self, child: Child) -> bool:
        """True when this part is meant to be down."""
        return child.name in self._since

    def finish(self) -> None:
        """Write down the truth about what is still stopped."""
        for name in list(self._since):
            self._write(name)

    def _carry_out(self, request: requests.Request) -> str:
        names = [child.name for child in self._children]
        if request.part not in names:
            return f"there is no part {request.part!r} to {request.verb}; there are {', '.join(names)}"
        child = self._children.named(request.part)
        return self._stop(child) if request.verb == "stop" else self._start(child)

    def _stop(self, child: Child) -> str:
        if self.holds(child):
            return f"{child.name} is stopped already"
        self._since[child.name] = self._clock.now()
        child.terminate()
        child.wait_or_kill(time.monotonic() + STOP_SECONDS)
        return f"{child.name} was stopped; make start PART={child.name} brings it back"

    def _start(self, child: Child) -> str:
        if not self.holds(child):
            return f"{child.name} runs already"
        self._children.restart(child)
        self._write(child.name)
        return f"{child.name} was started again"

    def _write(self, name: str) -> None:
        since = self._since.pop(name)
        if name in (services := service_names()):
            append_stop(self._truth, services[name], since, self._clock.now())


def service_names() -> dict[str, str]:
    """What the monitor calls each of the shop's processes: `orders` is `order-service`."""
    return {owner.__name__.rpartition(".")[2]: owner.SERVICE for owner in owners()}
