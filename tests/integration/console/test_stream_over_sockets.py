"""The stream over a real server and real sockets: who reads gets everything, who does not is cut off."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from stream_app.console import api_stream
from stream_app.console.decode import Anomaly
from stream_app.console.server import create_api
from stream_app.console.state import Console
from stream_app.listening import listen
from tests.builders.access import TOKENS, guarded_console
from tests.builders.anomalies import anomaly_data, decoded

PATIENCE_SECONDS = 30.0
HEADERS = {"Authorization": f"Bearer {TOKENS['read']}"}


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return guarded_console(tmp_path)


class Serving:
    """The console on a thread; `publish` does on its loop what its feed does."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._listener = listen("127.0.0.1", 0, "MONITOR_CONSOLE_PORT")
        config = uvicorn.Config(create_api(console), log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> None:
        self._thread.start()
        until(lambda: self._server.started)

    def publish(self, one: Anomaly, times: int = 1) -> None:
        for _ in range(times):
            self._loop.call_soon_threadsafe(self._console.following.put, one)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._listener])


@pytest.fixture
def serving(console: Console) -> Iterator[Serving]:
    serving = Serving(console)
    serving.start()
    yield serving
    serving.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def readers(console: Console) -> float:
    return console.metrics.registry.get_sample_value("monitor_console_stream_clients") or 0.0


def test_a_reader_gets_what_happens_and_may_leave(console: Console, serving: Serving) -> None:
    one = decoded(anomaly_data())

    with httpx.stream(
        "GET", f"http://127.0.0.1:{serving.port}/api/anomalies/stream", headers=HEADERS, trust_env=False
    ) as got:
        assert got.headers["content-type"].startswith("text/event-stream")
        lines = got.iter_lines()
        assert next(lines).startswith(("id: ", "retry: "))
        serving.publish(one)
        data = next(line for line in lines if line.startswith("data: "))

    assert one.event.anomaly_id in data
    until(lambda: readers(console) == 0)


def test_a_reader_who_stops_reading_is_cut_off(
    console: Console, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_stream, "STUCK_SECONDS", 0.5)
    big = decoded(anomaly_data(summary="x" * 100_000))
    with socket.create_connection(("127.0.0.1", serving.port)) as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        silent.sendall(b"GET /api/anomalies/stream HTTP/1.1\r\nHost: x\r\n" + _header() + b"\r\n")
        until(lambda: readers(console) == 1)

        serving.publish(big, times=200)  # more than any buffer on the way holds

        until(lambda: readers(console) == 0)


def test_without_a_token_there_is_no_stream(serving: Serving) -> None:
    refused = httpx.get(url(serving), trust_env=False)

    assert refused.status_code == 401


def url(serving: Serving) -> str:
    return f"http://127.0.0.1:{serving.port}/api/anomalies/stream"


def _header() -> bytes:
    return f"Authorization: {HEADERS['Authorization']}\r\n".encode()
