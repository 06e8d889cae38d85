"""Brings the parts up one after the other, each step told, each failure a sentence with the end of the part's log."""

import socket
import time
from collections.abc import Callable

import httpx

from deploy.local import parts
from deploy.local.children import Child, Children
from deploy.local.errors import PartEnded
from deploy.local.options import RunOptions
from deploy.local.screen import Screen
from deploy.local.shop_time import ShopTime
from deploy.local.topics import TopicConfig, create_topics
from shop_services.chassis.inboxes import INBOX_TOPICS
from shop_services.contracts.topics import SHOP_TOPICS

PARTITIONS = 4
START_SECONDS = 90.0
FIRST_START_SECONDS = 420.0  # Kafka's jars, 43 MB, are fetched when the first run starts
LEAD_SECONDS = 20.0  # about what the processes take to come up; the shop's clock shows its start then


def start_kafka(options: RunOptions, children: Children, screen: Screen) -> None:
    """Start the broker and create the shop's topics; the monitor creates its own."""
    with screen.step(f"Kafka at {options.bootstrap}"):
        (kafka,) = children.start(parts.kafka(options))
        wait_for(kafka, lambda: accepts(options.kafka_port), FIRST_START_SECONDS)
    with screen.step("topics"):
        create_topics(options.bootstrap, dict.fromkeys((*SHOP_TOPICS, *INBOX_TOPICS), TopicConfig(PARTITIONS)))


def start_processes(options: RunOptions, children: Children, screen: Screen) -> ShopTime:
    """Start the shop and the monitor side by side; gives the clock they share."""
    clock = ShopTime(options.speed, options.start, time.time() + LEAD_SECONDS)
    shop = children.start(*parts.shop(options, clock))
    monitor = children.start(*parts.monitor(options, clock))
    for child in (*shop, *monitor):
        port, _ = options.ports()[child.name]
        with screen.step(f"{child.name} at http://127.0.0.1:{port}"):
            wait_for(child, lambda port=port: answers(port))  # type: ignore[misc]
    return clock


def wait_for(child: Child, is_up: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Wait until a part is up; raises PartEnded when it ends before, or is not up after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_up():
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
