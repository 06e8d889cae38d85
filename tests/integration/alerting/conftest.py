"""A Kafka, a receiver of messages, and the process between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.topics import ANOMALY_TOPIC
from tests.builders.receiver import Receiver, receiver
from tests.integration.alerting.alerts_process import Alerts


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka of its own: alerts read the topic by its real name."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port(), free_port(), heap_mb=256) as node:
        create_topics(node.bootstrap, {ANOMALY_TOPIC: TopicConfig(4, {"cleanup.policy": "compact"})})
        yield node.bootstrap


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiver() as held:
        yield held


@pytest.fixture
def alerts(broker: str, shop: Receiver, tmp_path: Path) -> Iterator[Alerts]:
    process = Alerts(broker, tmp_path, shop.url())
    yield process
    process.kill()
