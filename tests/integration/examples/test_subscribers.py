"""The example subscribers as processes on a real Kafka: redelivery, another order, restarts."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import CoordinatorNotAvailableError, NotCoordinatorError

from deploy.local.broker import free_port
from tests.architecture.sources import ROOT
from tests.builders.anomalies import anomaly_data, anomaly_record
from tests.builders.waiting import eventually

EXAMPLES = ("examples.subscribe_kafka_python", "examples.subscribe_aiokafka")


class Subscriber:
    """One run of an example."""

    def __init__(self, module: str, *options: str) -> None:
        command = [sys.executable, "-m", module, *options]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stop(self) -> tuple[int, list[str], str]:
        """Exit status, what it told and what it complained about, after a polite request to end."""
        self._process.send_signal(signal.SIGTERM)
        return self.end()

    def end(self) -> tuple[int, list[str], str]:
        try:
            told, complaints = self._process.communicate(timeout=30)
        finally:
            self._process.kill()
        return self._process.returncode, told.splitlines(), complaints


def publish(bootstrap: str, topic: str, *revisions: int | bytes) -> None:
    """Revisions of one anomaly, or records as they are."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for one in revisions:
        value = one if isinstance(one, bytes) else anomaly_record(anomaly_data(revision=one, status="updated"))
        producer.send(topic, value=value, key=b"anomaly")
    producer.close()


def revisions(book: Path) -> list[int]:
    if not book.exists():
        return []
    with closing(sqlite3.connect(book)) as connection:
        has_table = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        return [row[0] for row in connection.execute("SELECT revision FROM anomalies")] if has_table else []


def committed(bootstrap: str, group: str, topic: str) -> int | None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        held = admin.list_group_offsets(group)[group].get(TopicPartition(topic, 0))
    except (CoordinatorNotAvailableError, NotCoordinatorError):  # the first group this Kafka is asked for
        return None
    finally:
        admin.close()
    return held.offset if held else None


@pytest.mark.connected
@pytest.mark.parametrize("module", EXAMPLES)
def test_a_subscriber_takes_every_revision_once_whatever_comes_again(
    module: str, kafka: str, fresh_topic: Callable[..., str], fresh_name: Callable[[str], str], tmp_path: Path
) -> None:
    """INVARIANT: neither a redelivery nor an older revision nor a restart changes what is kept or is told twice."""
    topic, group, book = fresh_topic("anomalies"), fresh_name("subscriber"), tmp_path / "book"
    options = ("--bootstrap", kafka, "--topic", topic, "--book", str(book))
    publish(kafka, topic, 1, 2, 1, 4, 3, b"no event", 4)

    first = Subscriber(module, *options, "--group", group)
    assert eventually(lambda: committed(kafka, group, topic) == 7, 30)
    status, told, complaints = first.stop()
    assert (status, revisions(book)) == (0, [4])
    assert len(told) == 3  # 1, 2 and 4
    assert f"skipped {topic}/0 at 5" in complaints

    again = Subscriber(module, *options, "--group", group)  # goes on where the first one stopped
    publish(kafka, topic, 3, 5)
    assert eventually(lambda: revisions(book) == [5], 30)
    assert (again.stop()[0], committed(kafka, group, topic)) == (0, 9)

    anew = Subscriber(module, *options, "--group", fresh_name("anew"))  # is given everything from the beginning
    publish(kafka, topic, 6)
    assert eventually(lambda: revisions(book) == [6], 30)
    assert len(anew.stop()[1]) == 1


@pytest.mark.connected
@pytest.mark.parametrize("module", EXAMPLES)
def test_what_cannot_be_is_said_in_one_line(module: str, kafka: str, tmp_path: Path) -> None:
    book = ("--book", str(tmp_path / "book"))
    runs = {
        "does not answer": Subscriber(module, *book, "--bootstrap", f"127.0.0.1:{free_port()}"),
        "there is no topic nowhere": Subscriber(module, *book, "--bootstrap", kafka, "--topic", "nowhere"),
        "cannot be used": Subscriber(module, "--book", str(tmp_path / "no" / "book"), "--bootstrap", kafka),
    }

    for reason, run in runs.items():
        status, _, complaints = run.end()
        assert status == 3
        assert reason in complaints.splitlines()[-1]


@pytest.mark.parametrize("module", EXAMPLES)
def test_help_names_the_options(module: str) -> None:
    status, told, _ = Subscriber(module, "--help").end()

    assert status == 0
    assert {"--bootstrap", "--topic", "--group", "--book"} <= set(" ".join(told).split())
