"""One Kafka for all faults; every test gets it with the shop's topics new and empty."""

from collections.abc import Iterator

import pytest

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.topics import SHOP_TOPICS
from tests.integration.faults.topics import delete_topics, topics_of_users

PARTITIONS = 2
LARGE = {"max.message.bytes": str(12 * 2**20)}


@pytest.fixture(scope="package")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of a Kafka that is not shared with other tests: the worker reads topics by their real names."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port(), free_port(), heap_mb=384) as broker:
        yield broker.bootstrap


@pytest.fixture
def broker(node: str) -> str:
    """The same address, with nothing on it but the shop's empty topics."""
    delete_topics(node, *topics_of_users(node))
    create_topics(node, {name: TopicConfig(PARTITIONS, LARGE) for name in SHOP_TOPICS})
    return node
