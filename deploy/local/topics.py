"""Create topics before anybody reads or writes them: no part of the system may rely on automatic creation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kafka import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError


@dataclass(frozen=True)
class TopicConfig:
    """How many partitions and replicas a topic has, and its Kafka settings (`{"cleanup.policy": "compact"}`)."""

    partitions: int = 1
    configs: Mapping[str, str] = field(default_factory=dict)
    replicas: int = 1


def create_topics(bootstrap: str, topics: Mapping[str, TopicConfig]) -> None:
    """Create the topics that do not exist yet; one that exists is left as it is."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        existing = set(admin.list_topics())
        missing = {name: _as_request(topic) for name, topic in topics.items() if name not in existing}
        if missing:
            admin.create_topics(missing, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        # Somebody else created one between the listing and the creation: look again, create the rest.
        create_topics(bootstrap, topics)
    finally:
        admin.close()


def _as_request(topic: TopicConfig) -> dict[str, object]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": topic.replicas,
        "configs": dict(topic.configs),
    }
