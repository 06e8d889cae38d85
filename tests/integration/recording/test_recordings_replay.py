"""What was recorded is judged as what was sent, and holds nothing of a person."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from models.recording import Recording
from shop_services.contracts.envelope import decode, recorded_headers
from shop_services.contracts.times import milliseconds
from shop_services.traffic.replay import read_log
from stream_app.__main__ import app
from tests.builders.replayed import ids, revisions, write_evening
from tests.fuzz.secrets import SECRET

pytestmark = pytest.mark.connected


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evening with three incidents, and with late, double and wrongly stamped messages."""
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    write_evening(path)
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


def test_a_recording_gives_the_anomalies_of_what_was_sent(broker: str, log: Path, tmp_path: Path) -> None:
    """INVARIANT: id by id, in a file and in a folder, whether arrival is told by Kafka or by the log that was sent."""
    count = send(broker, log)
    sent = ids(revisions(Recording([log])))
    assert {about.split()[0] for about in sent.values()} >= {"stock_exhaustion", "price_exploit", "daily_workload"}

    for clock, place in (("wall", ["-o", tmp_path / "log.jsonl.gz"]), ("events", ["--folder", tmp_path / "folder"])):
        settings = {"MONITOR_BROKER": broker, "MONITOR_CLOCK": clock}
        result = CliRunner().invoke(app, ["record", *map(str, place)], env=settings)

        assert result.exit_code == 0, (result.output, result.exception)
        assert f"{count:,} of {count:,} records recorded" in result.output
        assert ids(revisions(Recording([Path(place[1])]))) == sent, clock
    assert not any(SECRET.encode() in raw for raw in _contents(tmp_path))


def _contents(folder: Path) -> Iterator[bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    yield from (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)
