"""Brings the parts up one after the other, each step told, each failure a sentence with the end of the part's log."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx

from deploy.local import parts
from deploy.local.access import let_in
from deploy.local.children import Child, Children
from deploy.local.errors import PartEnded
from deploy.local.options import RunOptions
from deploy.local.screen import Screen
from deploy.local.shop_time import ShopTime
from deploy.local.topics import TopicConfig, create_topics
from deploy.local.watchers import write_configuration
from shop_services.chassis.inboxes import INBOX_TOPICS
from shop_services.contracts.topics import SHOP_TOPICS

PARTITIONS = 4
STAMPED = {"message.timestamp.type": "LogAppendTime"}  # by one clock: what events are held against
START_SECONDS = 90.0
FIRST_START_SECONDS = 420.0  # Kafka's jars, 43 MB, are fetched when the first run starts
LEAD_SECONDS = 20.0  # about what the processes take to come up; the shop's clock shows its start then


@dataclass(frozen=True, slots=True)
class Startup:
    """The order in which things come up. `check` is called while it waits and may raise to end it."""

    options: RunOptions
    children: Children
    screen: Screen
    check: Callable[[], None]

    def start_kafka(self) -> None:
        """Start the broker and create the shop's topics; the monitor creates its own."""
        (kafka,) = self.children.start(parts.kafka(self.options))
        port = self.options.kafka_port
        self.wait_for(kafka, f"Kafka at {self.options.bootstrap}", lambda: accepts(port), FIRST_START_SECONDS)
        with self.screen.step("topics"):
            names = (*SHOP_TOPICS, *INBOX_TOPICS)
            create_topics(self.options.bootstrap, dict.fromkeys(names, TopicConfig(PARTITIONS, STAMPED)))

    def start_processes(self) -> ShopTime:
        """Start the shop and the monitor side by side; gives the clock they share."""
        clock = ShopTime(self.options.speed, self.options.start, time.time() + LEAD_SECONDS)
        shop = self.children.start(*parts.shop(self.options, clock))
        let_in(self.options)
        monitor = self.children.start(*parts.monitor(self.options, clock))
        self._wait_until_alive(*shop, *monitor)
        return clock

    def start_canary(self, clock: ShopTime) -> None:
        """Start what proves that the way from a message to an anomaly works; the worker must judge by then."""
        self._wait_until_alive(*self.children.start(parts.canary(self.options, clock)))

    def start_recorder(self, clock: ShopTime) -> None:
        """Start what keeps a log of the run."""
        self._wait_until_alive(*self.children.start(parts.recorder(self.options, clock)))

    def start_watchers(self) -> None:
        """Start Prometheus and Alertmanager."""
        write_configuration(self.options)
        for child in self.children.start(*parts.watchers(self.options)):
            port, _ = self.options.ports()[child.name]
            self.wait_for(child, f"{child.name} at http://127.0.0.1:{port}", partial(accepts, port))

    def _wait_until_alive(self, *children: Child) -> None:
        for child in children:
            port, _ = self.options.ports()[child.name]
            self.wait_for(child, f"{child.name} at http://127.0.0.1:{port}", partial(answers, port))

    def wait_for(self, child: Child, text: str, is_up: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Wait until a part is up and say so; PartEnded when it ends before, or is not up after so many seconds."""
        deadline = time.monotonic() + seconds
        with self.screen.step(text):
            while not is_up():
                self.check()
                if child.has_ended:
                    raise PartEnded(child.epitaph())
                if time.monotonic() > deadline:
                    raise PartEnded(f"{child.name} is not ready after {seconds:.0f} s; see {child.log}")
                time.sleep(0.1)


def accepts(port: int) -> bool:
    """True when something listens on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False


def answers(port: int) -> bool:
    """True when a process is alive by its own word."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2.0).is_success
    except httpx.HTTPError:
        return False
