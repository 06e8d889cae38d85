"""What was recorded is judged as what was sent, and holds nothing of a person."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from models import conformance
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import load_served
from shop_services.contracts.envelope import decode, recorded_headers
from shop_services.contracts.times import milliseconds
from shop_services.traffic.casting import chosen
from shop_services.traffic.faults import Faults
from shop_services.traffic.generate import Generation, Wish, write_log
from shop_services.traffic.replay import read_log
from stream_app.__main__ import app
from tests.fuzz.secrets import SECRET

pytestmark = pytest.mark.connected

HOURS = 5
START = datetime(2026, 3, 25, 17, tzinfo=UTC)
CAST = "stock_exhaustion:giant_add,price_exploit:shifted_decimal,daily_workload:service_stopped"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evening with three incidents, and with late, double and wrongly stamped messages."""
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    wish = Wish(HOURS / 24, 11, START, chosen(CAST), None, Faults(late=0.03, double=0.05, skew=0.01))
    write_log(Generation.of(wish), path, lambda messages, share: None)
    return path


def send(broker: str, log: Path) -> int:
    """Every record as of its arrival, with a secret where producers should put none; gives how many."""
    producer = KafkaProducer(bootstrap_servers=broker, linger_ms=20)
    count = 0
    for record in read_log(log):
        value = json.loads(record.value)
        value["data"] |= {"email": SECRET, "password": SECRET}
        headers = [*recorded_headers(decode(record.value), record.time), ("email", SECRET.encode())]
        raw, stamp = json.dumps(value | {"subject": SECRET}).encode(), milliseconds(record.time)
        producer.send(record.topic, key=record.key, value=raw, headers=headers, timestamp_ms=stamp)
        count += 1
    producer.flush()
    producer.close()
    return count


def replayed(log: Path) -> dict[str, str]:
    """Id of every anomaly with what it is about, to read when two differ."""
    replay = Replay([*load_served(Registry(), scenarios().values()), conformance.judge()])
    told = [msgspec.json.decode(event.data) for event in replay.events(Recording([log]))]
    return {one["anomalyId"]: f"{one['scenario']} {one['entity']} {one['window']['start']}" for one in told}


def test_a_recording_gives_the_anomalies_of_what_was_sent(broker: str, log: Path, tmp_path: Path) -> None:
    """INVARIANT: id by id, in a file and in a folder, whether arrival is told by Kafka or by the log that was sent."""
    count = send(broker, log)
    sent = replayed(log)
    assert {about.split()[0] for about in sent.values()} >= {"stock_exhaustion", "price_exploit", "daily_workload"}

    for clock, place in (("wall", ["-o", tmp_path / "log.jsonl.gz"]), ("events", ["--folder", tmp_path / "folder"])):
        settings = {"MONITOR_BROKER": broker, "MONITOR_CLOCK": clock}
        result = CliRunner().invoke(app, ["record", *map(str, place)], env=settings)

        assert result.exit_code == 0, (result.output, result.exception)
        assert f"{count:,} of {count:,} records recorded" in result.output
        assert replayed(Path(place[1])) == sent, clock
    assert not any(SECRET.encode() in raw for raw in _contents(tmp_path))


def _contents(folder: Path) -> Iterator[bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    yield from (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)
