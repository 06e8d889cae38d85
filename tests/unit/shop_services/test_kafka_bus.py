"""Attempts to reach a Kafka that is not there: a service goes on with them for as long as an outage lasts."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from shop_services.chassis import kafka_bus
from shop_services.chassis.errors import BusUnavailable, SetupFailed
from shop_services.chassis.kafka_bus import KafkaBus
from tests.builders.waiting import eventually


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Takes connections and never answers, as a broker does that hangs."""
    monkeypatch.setattr(kafka_bus, "_CONNECT_MS", 200)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    "connect",
    [lambda bus: bus.publisher(), lambda bus: bus.subscribe(["ticks"], "readers")],
    ids=["publisher", "subscription"],
)
def test_an_attempt_that_fails_leaves_no_thread_behind(silent_server: str, connect: Callable[[KafkaBus], None]) -> None:
    before = set(threading.enumerate())

    for _ in range(2):
        with pytest.raises(BusUnavailable):
            connect(KafkaBus(silent_server))

    assert eventually(lambda: set(threading.enumerate()) <= before, seconds=10)


def test_a_kafka_that_nobody_started_is_told_with_its_address_and_remedy() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]

    with pytest.raises(SetupFailed, match=rf"does not answer at 127.0.0.1:{port}. Start it, or set SHOP_KAFKA"):
        KafkaBus(f"127.0.0.1:{port}").check(["ticks"])
