"""What the workers say of a log that came through Kafka is what the replay says of the same log."""

from pathlib import Path

import pytest
from kafka import KafkaProducer

from models.recording import Recording
from shop_services.contracts.times import milliseconds as ms
from shop_services.traffic.replay import Pacing, connected, read_log, send_all
from stream_app.canary.staging import identity, stage
from stream_app.topics import HOUR_MS
from tests.builders.replayed import HOURS, START, ids, revisions, write_evening
from tests.integration.worker.live_worker import told, wait_until_judged, workers


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evening with three incidents, and with late, double and wrongly stamped messages."""
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    write_evening(path)
    return path


def send(broker: str, log: Path) -> None:
    """The log, and canaries before and after it that the log does not know of."""
    canaries = KafkaProducer(bootstrap_servers=broker)
    stage(canaries, identity(1), ms(START), 10.0)
    with connected(broker) as producer:
        assert send_all(read_log(log), producer, Pacing(None), lambda _: None).failed == 0
    stage(canaries, identity(2), ms(START) + HOURS * HOUR_MS, 10.0)
    canaries.close()


@pytest.mark.connected
@pytest.mark.parametrize("count", [1, 2], ids=["one worker", "two workers"])
def test_a_log_through_kafka_gives_the_anomalies_of_its_replay(
    broker: str, log: Path, tmp_path: Path, count: int
) -> None:
    """INVARIANT: worker and replay agree, id by id, however many workers share the log.

    Without it nothing that was measured on recorded logs would hold for the monitor that people run.
    """
    send(broker, log)

    with workers(broker, tmp_path / "state", count) as ports:
        wait_until_judged(ports)
        live = told(broker)

    found = [one["entity"]["id"] for one in live if one["synthetic"] and one["status"] == "opened"]
    assert sorted(found) == [str(identity(1)), str(identity(2))], f"{len(live)} revisions"
    live = [one for one in live if not one["synthetic"]]
    assert ids(live) == ids(revisions(Recording([log])))
    assert {one["scenario"] for one in live} >= {"stock_exhaustion", "price_exploit", "daily_workload"}
