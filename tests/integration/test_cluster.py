"""Three nodes as one cluster: what they have acknowledged outlives any one of them."""

import gc
from pathlib import Path

import pytest
from kafka import KafkaProducer

from deploy.local.broker import TopicConfig, create_topics
from deploy.local.cluster import Cluster
from tests.chaos.topics import records

TOPIC = "ticks"


def send(bootstrap: str, values: list[bytes]) -> None:
    """Send and wait.

    kafka-python leaves the sockets of refused connections, to the dead node, to the garbage collector: that is asked
    here, where its warnings are expected.
    """
    producer = KafkaProducer(bootstrap_servers=bootstrap.split(","), acks="all")
    sent = [producer.send(TOPIC, value) for value in values]
    producer.flush(60)
    assert all(one.succeeded() for one in sent)
    producer.close()
    gc.collect()


@pytest.mark.connected
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # see `send`
def test_a_cluster_takes_records_while_one_node_is_dead(tmp_path: Path) -> None:
    with Cluster(tmp_path, heap_mb=256) as cluster:
        create_topics(cluster.bootstrap, {TOPIC: TopicConfig(3, replicas=3)})
        send(cluster.bootstrap, [b"before"])

        cluster.nodes[0].kill()
        send(cluster.bootstrap, [b"meanwhile"])
        cluster.nodes[0].start()

        assert {record.value for record in records(cluster.bootstrap, TOPIC)} == {b"before", b"meanwhile"}
    gc.collect()
