"""Fixtures every test may ask for: one real Apache Kafka a session, and fresh topic names."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from tests.builders.kafka_sockets import closed_when_collected

settings.register_profile("untimed", deadline=None)  # how long an example takes says more about the machine
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def no_test_is_blamed_for_sockets_of_kafka_python() -> Iterator[None]:
    """See `tests.builders.kafka_sockets`."""
    with closed_when_collected():
        yield


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of a Kafka node that lives as long as the test session."""
    data: Path = tmp_path_factory.mktemp("kafka")
    with Broker(data, free_port(), free_port(), heap_mb=256) as broker:
        yield broker.bootstrap


@pytest.fixture
def fresh_name() -> Callable[[str], str]:
    """Makes names (of topics, groups, applications) that no other test uses: `fresh_name("ticks")`."""
    return lambda stem: f"{stem}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def fresh_topic(kafka: str, fresh_name: Callable[[str], str]) -> Callable[..., str]:
    """Creates a topic on the session's Kafka and gives its name: `fresh_topic("ticks", partitions=4)`."""

    def create(stem: str = "topic", partitions: int = 1, **configs: str) -> str:
        name = fresh_name(stem)
        named = {key.replace("_", "."): value for key, value in configs.items()}
        create_topics(kafka, {name: TopicConfig(partitions, named)})
        return name

    return create
