"""What keeps a process of the monitor from starting or stopping, said in a sentence or borne."""

import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from kafka.errors import KafkaConnectionError

from shop_services.contracts.topics import SHOP_TOPICS
from stream_app import provision
from stream_app.app import create_app
from stream_app.batching import BatchTable
from stream_app.errors import BrokerUnreachable
from stream_app.settings import Settings
from stream_app.topics import monitor_topics, state_table, state_topic


def test_a_kafka_that_hangs_is_told_within_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "CONNECT_MS", 200)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        broker = f"127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(
            BrokerUnreachable, match=rf"Kafka at {broker} does not answer: start it, or correct MONITOR"
        ):
            provision.prepare_topics(broker, {})


def test_a_log_on_a_full_disk_stops_nobody() -> None:
    program = (
        "import structlog, sys; from stream_app.logs import setup_logging; setup_logging('info');"
        "structlog.get_logger().info('a line'); print('goes on', file=sys.stderr)"
    )

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, check=False)

    assert done.stderr.startswith(b"goes on\n")


def test_every_state_s_changelog_is_made_by_us_for_faust_keeps_it_on_one_broker(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path))

    names = {BatchTable(app, state_table(stem), partitions=1).changelog_topic_name for stem in ("a", "b")}

    assert names == {state_topic("a"), state_topic("b")} <= monitor_topics(("a", "b")).keys()


def test_what_a_broker_that_is_away_was_asked_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    admin = AdminOfThree(away=2)
    monkeypatch.setattr(provision, "KafkaAdminClient", lambda **_: admin)
    monkeypatch.setattr(provision, "PAUSES_SECONDS", (0.0, 0.0))

    assert provision.prepare_topics("one:1,two:2", {}) == {f"{topic}/0" for topic in SHOP_TOPICS}


def test_a_broker_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "KafkaAdminClient", lambda **_: AdminOfThree(away=9))
    monkeypatch.setattr(provision, "PAUSES_SECONDS", (0.0, 0.0))

    with pytest.raises(BrokerUnreachable, match="KafkaConnectionError"):
        provision.prepare_topics("one:1,two:2", {})


class AdminOfThree:
    """Asks a broker that is away the first so many times."""

    def __init__(self, away: int) -> None:
        self._away = away

    def list_topics(self) -> list[str]:
        if self._away:
            self._away -= 1
            raise KafkaConnectionError("nobody listens")
        return list(SHOP_TOPICS)

    def describe_topics(self, names: list[str]) -> list[dict[str, object]]:
        return [{"name": name, "partitions": [0]} for name in names]

    def close(self) -> None:
        """Nothing to close."""
