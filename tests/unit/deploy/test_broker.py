import hashlib
import socket
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.broker import Broker, BrokerUnavailable, Node, free_port
from deploy.local.errors import JarsUnavailable
from deploy.local.node import new_cluster_id


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one jar, and a lock that names it."""
    jar = tmp_path / ".jgo" / "jars" / "kafka-1.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"sound")
    monkeypatch.setattr(jars, "locked_jars", lambda: {"kafka-1.jar": hashlib.sha256(b"sound").hexdigest()})
    return tmp_path


def test_the_committed_lock_names_every_jar_with_its_sum() -> None:
    locked = jars.locked_jars()

    assert len(locked) == 46
    assert all(len(checksum) == 64 for checksum in locked.values())
    assert "kafka-clients-4.3.0.jar" in locked  # a log binding must not pull in an older one


def test_sound_jars_become_the_class_path(cache: Path) -> None:
    assert jars.kafka_classpath(cache) == f"{cache}/.jgo/jars/*:{cache}/.jgo/modules/*"


def test_a_swapped_jar_is_refused(cache: Path) -> None:
    (cache / ".jgo" / "jars" / "kafka-1.jar").write_bytes(b"swapped")

    with pytest.raises(JarsUnavailable, match="sha256"):
        jars.kafka_classpath(cache)


def test_a_jar_nobody_locked_is_refused(cache: Path) -> None:
    (cache / ".jgo" / "jars" / "stranger.jar").write_bytes(b"")

    with pytest.raises(JarsUnavailable, match=r"stranger\.jar"):
        jars.verify(cache)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(BrokerUnavailable, match=f"port {port} .* in use"):
            Node(tmp_path, port, free_port()).prepare()


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.node.MINIMUM_FREE_BYTES", 1 << 62)

    with pytest.raises(BrokerUnavailable, match="Free some disk space"):
        Node(tmp_path, free_port(), free_port()).prepare()


def test_three_nodes_replicate_and_one_does_not(tmp_path: Path) -> None:
    voters = ((1, 9093), (2, 9193), (3, 9293))

    alone, together = Node(tmp_path, 9092, 9093), Node(tmp_path, 9092, 9093, voters=voters)

    assert "offsets.topic.replication.factor=1\n" in alone.properties()
    assert "min.insync.replicas=2\n" in together.properties()
    assert "controller.quorum.voters=1@127.0.0.1:9093,2@127.0.0.1:9193,3@127.0.0.1:9293\n" in together.properties()


def test_cluster_ids_have_the_form_kafka_wants() -> None:
    ids = {new_cluster_id() for _ in range(500)}

    assert len(ids) == 500
    assert all(len(text) == 22 and not text.startswith("-") for text in ids)


def test_a_broker_that_was_not_started_says_so(tmp_path: Path) -> None:
    broker = Broker(tmp_path, free_port())

    broker.stop()  # harmless
    assert not broker.is_running
    with pytest.raises(BrokerUnavailable, match="not started"):
        _ = broker.process
