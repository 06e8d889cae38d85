"""What keeps a process of the monitor from starting or stopping, said in a sentence or borne."""

import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

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
