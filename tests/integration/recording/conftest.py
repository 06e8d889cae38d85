"""One Kafka for all recordings; every test gets it with the shop's topics new and empty."""

from collections.abc import Iterator

import pytest
import structlog

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.topics import SHOP_TOPICS
from tests.integration.faults.topics import delete_topics, topics_of_users

PARTITIONS = 2
FOR_EVER = {"retention.ms": "-1"}  # records are stamped as of when a log says that they arrived


@pytest.fixture(scope="package")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Kafka that is not shared with other tests: the recorder reads topics by their real names."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port(), free_port(), heap_mb=256) as broker:
        yield broker


@pytest.fixture
def broker(node: Broker) -> str:
    """Its address, with nothing on it but the shop's empty topics."""
    delete_topics(node.bootstrap, *topics_of_users(node.bootstrap))
    create_topics(node.bootstrap, {name: TopicConfig(PARTITIONS, FOR_EVER) for name in SHOP_TOPICS})
    return node.bootstrap


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command logs to what is its standard output while it runs; afterwards nobody may."""
    yield
    structlog.reset_defaults()
