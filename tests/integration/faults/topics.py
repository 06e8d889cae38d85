"""What an administrator does to topics, for better or worse."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from deploy.local.broker import TopicConfig, create_topics
from tests.builders.waiting import eventually


@contextmanager
def administrator(bootstrap: str) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        yield admin
    finally:
        admin.close()


def topics_of_users(bootstrap: str) -> list[str]:
    """All but Kafka's own."""
    with administrator(bootstrap) as admin:
        return [name for name in admin.list_topics() if not name.startswith("__")]


def delete_topics(bootstrap: str, *names: str) -> None:
    """Delete, and wait until they are gone."""
    with administrator(bootstrap) as admin:
        if names:
            admin.delete_topics(list(names))
        assert eventually(lambda: not set(names) & set(admin.list_topics()))


def recreate_topic(bootstrap: str, name: str, partitions: int) -> None:
    """The same name, another topic."""
    delete_topics(bootstrap, name)
    create_topics(bootstrap, {name: TopicConfig(partitions)})


def add_partitions(bootstrap: str, name: str, count: int) -> None:
    """So many in all."""
    with administrator(bootstrap) as admin:
        admin.create_partitions({name: count})


def delete_records(bootstrap: str, name: str, partition: int, before: int) -> None:
    """What retention does, at once."""
    with administrator(bootstrap) as admin:
        admin.delete_records({TopicPartition(name, partition): before})


def read_all(bootstrap: str, name: str) -> list[bytes]:
    """The values of all that stands on a topic."""
    reader = KafkaConsumer(name, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=1_000)
    values = [record.value for record in reader]
    reader.close()
    return values
