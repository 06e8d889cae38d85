"""A Kafka of the shop's own: its topics have fixed names, which other tests must not share."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.chassis.inboxes import INBOX_TOPICS
from shop_services.contracts.topics import SHOP_TOPICS
from tests.builders.waiting import eventually

Start = Callable[..., dict[str, "Running"]]


class Running:
    """One process of the shop."""

    def __init__(self, name: str, environment: dict[str, str], port: int) -> None:
        command = [sys.executable, "-m", "shop_services", name]
        self.process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def is_ready(self) -> bool:
        try:
            return self.client.get("/readyz").is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self._reap()

    def stop(self) -> None:
        """As an operator would."""
        self.process.send_signal(signal.SIGTERM)
        self._reap()

    def _reap(self) -> None:
        self.process.communicate(timeout=30)
        self.client.close()


@pytest.fixture(scope="package")
def shop_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of a Kafka with the topics of the shop."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port(), free_port(), heap_mb=256) as broker:
        create_topics(broker.bootstrap, {name: TopicConfig(2) for name in (*SHOP_TOPICS, *INBOX_TOPICS)})
        yield broker.bootstrap


@pytest.fixture(scope="package")
def start(shop_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts processes of the shop and waits until they are ready: `start("cart", "users")`."""
    folder: Path = tmp_path_factory.mktemp("databases")
    ports: dict[str, int] = {}
    with ExitStack() as cleanup:

        def spawn(name: str) -> Running:
            port = ports.setdefault(name, free_port())
            environment = {
                "SHOP_KAFKA": shop_kafka,
                "SHOP_DATABASE": f"sqlite:///{folder}/{{service}}.db",
                "SHOP_PORT": str(port),
            }
            running = Running(name, environment, port)
            cleanup.callback(lambda: running.stop() if running.process.poll() is None else None)
            return running

        def run(*names: str) -> dict[str, Running]:
            started = {name: spawn(name) for name in names}
            for name, running in started.items():
                assert eventually(running.is_ready, seconds=60), f"{name} is not ready"
            return started

        yield run
