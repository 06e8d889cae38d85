"""What every test of a whole worker needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.topics import SHOP_TOPICS

PARTITIONS = 2


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A Kafka of its own: the worker reads topics by their real names."""
    with Broker(tmp_path / "kafka", free_port(), free_port(), heap_mb=256) as node:
        create_topics(node.bootstrap, {name: TopicConfig(PARTITIONS) for name in SHOP_TOPICS})
        yield node.bootstrap
