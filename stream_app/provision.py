"""Topics before anything reads them: creates the monitor's own, and looks up the shop's."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.errors import BrokerUnreachable
from stream_app.topics import TopicLayout

CONNECT_MS = 8_000
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)  # together longer than Kafka takes to do without a broker
REPLICATION = -1  # the broker's default


def prepare_topics(broker: str, wanted: Mapping[str, TopicLayout]) -> frozenset[str]:
    """Create the monitor's topics where they are missing; gives the shop's partitions as `cart-events/3`.

    BrokerUnreachable when Kafka does not answer, or when a shop topic does not exist: a consumer would wait for ever.
    While one of several brokers is away, what was asked of it is asked again: the others take over within seconds.
    """
    for pause in PAUSES_SECONDS:
        with suppress(_BrokerAway):
            return _prepared(broker, wanted)
        time.sleep(pause)
    return _prepared(broker, wanted)


class _BrokerAway(BrokerUnreachable):
    """Kafka answered, but not the broker that was asked then."""


def _prepared(broker: str, wanted: Mapping[str, TopicLayout]) -> frozenset[str]:
    with _connected(broker) as admin:
        existing = set(admin.list_topics())
        _create(admin, {name: layout for name, layout in wanted.items() if name not in existing})
        return _sources(admin, existing)


class Log(NamedTuple):
    """What is behind the name of a topic; one that is created anew has another id."""

    id: str  # empty: Kafka is older than ids
    partitions: int


def look_up_logs(broker: str) -> dict[str, Log]:
    """The logs behind the shop's topics, of those that exist. Takes a while; BrokerUnreachable."""
    with _connected(broker) as admin:
        described = admin.describe_topics(list(SHOP_TOPICS))
    there = [entry for entry in described if entry["partitions"]]
    return {_name(entry): Log(str(entry.get("topic_id") or ""), len(entry["partitions"])) for entry in there}


def create_missing(broker: str, wanted: Mapping[str, TopicLayout]) -> None:
    """Create topics where they are missing; BrokerUnreachable when Kafka does not answer."""
    with _connected(broker) as admin:
        existing = set(admin.list_topics())
        _create(admin, {name: layout for name, layout in wanted.items() if name not in existing})


@contextmanager
def _connected(broker: str) -> Iterator[KafkaAdminClient]:
    """An administrator's client; its trouble in our words."""
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=broker, bootstrap_timeout_ms=CONNECT_MS, client_id="cqshop-monitor-setup"
        )
    except (KafkaError, OSError) as error:
        raise BrokerUnreachable(f"Kafka at {broker} does not answer: start it, or correct MONITOR_BROKER") from error
    try:
        yield admin
    except (KafkaError, OSError) as error:
        remedy = "look at its log, then try again"
        kind = _BrokerAway if getattr(error, "retriable", True) else BrokerUnreachable
        raise kind(f"Kafka at {broker} refused ({type(error).__name__}): {remedy}") from error
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, missing: Mapping[str, TopicLayout]) -> None:
    """Topic by topic, because another worker that starts now may be creating the same ones."""
    for name, layout in missing.items():
        wanted = {
            "num_partitions": layout.partitions,
            "replication_factor": REPLICATION,
            "configs": layout.configs,
        }
        with suppress(TopicAlreadyExistsError):
            admin.create_topics({name: wanted}, wait_for_metadata=True)


def _sources(admin: KafkaAdminClient, existing: set[str]) -> frozenset[str]:
    if absent := sorted(set(SHOP_TOPICS) - existing):
        raise BrokerUnreachable(f"the shop's topics {', '.join(absent)} do not exist: start the shop first")
    described = admin.describe_topics(list(SHOP_TOPICS))
    return frozenset(f"{topic}/{number}" for topic in SHOP_TOPICS for number in _partitions(described, topic))


def _partitions(described: Sequence[Mapping[str, object]], topic: str) -> range:
    (found,) = [entry for entry in described if _name(entry) == topic]
    partitions = found["partitions"]
    assert isinstance(partitions, Sequence)
    return range(len(partitions))


def _name(described: Mapping[str, object]) -> str:
    return str(described.get("name", described.get("topic")))
