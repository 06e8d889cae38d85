"""Blows that fall upon the nodes of a cluster, one after the other."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from deploy.local.broker import Broker
from deploy.local.cluster import Cluster

DOWN_SECONDS = (4.0, 10.0)
CUT_OFF_SECONDS = (10.0, 14.0)  # longer than a node's session of 6 s: the others have gone on without it
KILLS_BEFORE_A_CUT = 3


class NodeBlows:
    """Every `every` seconds a node drawn by chance is killed, or, each fourth time, cut off; then it comes back."""

    def __init__(self, cluster: Cluster, chance: Random, every: float) -> None:
        self._nodes = cluster.nodes
        self._chance = chance
        self._every = every
        self.done: Counter[str] = Counter()

    def fall(self, seconds: float, wait_until: Callable[[float], None]) -> None:
        """Strike for so many seconds; `wait_until` a moment (monotonic seconds) does what goes on meanwhile."""
        begun = time.monotonic()
        for number in range(max(1, int(seconds / self._every))):
            wait_until(begun + (number + 0.5) * self._every)
            self._strike(number, wait_until)
        wait_until(begun + seconds)

    def _strike(self, number: int, wait_until: Callable[[float], None]) -> None:
        node = self._chance.choice(self._nodes)
        if number % (KILLS_BEFORE_A_CUT + 1) == 1:
            self._cut_off(node, wait_until)
        else:
            self._kill(node, wait_until)

    def _kill(self, node: Broker, wait_until: Callable[[float], None]) -> None:
        node.kill()
        self.done["node killed"] += 1
        wait_until(time.monotonic() + self._chance.uniform(*DOWN_SECONDS))
        node.start(wait=False)
        wait_until(time.monotonic() + 1.0)
        node.wait_ready()

    def _cut_off(self, node: Broker, wait_until: Callable[[float], None]) -> None:
        node.pause()
        self.done["node cut off"] += 1
        try:
            wait_until(time.monotonic() + self._chance.uniform(*CUT_OFF_SECONDS))
        finally:
            node.resume()
