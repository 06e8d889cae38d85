"""What `make run` asks of the worker before shoppers come."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from deploy.local.watch import WorkerWatch


@pytest.fixture
def answer() -> Iterator[dict[str, Any]]:
    """What the worker says under /readyz, with its address under `url`."""
    said: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    said["url"] = f"http://127.0.0.1:{server.server_port}"
    yield said
    server.shutdown()
    server.server_close()


def test_a_scenario_that_waits_for_its_first_events_does_not_hold_up_the_shoppers(answer: dict[str, Any]) -> None:
    answer |= {
        "pipeline": {"healthy": True, "watermark": 1},
        "scenarios": {"price_exploit": {"state": "warming"}},
    }
    watch = WorkerWatch(answer["url"])

    assert watch.is_judging()
    watch.close()


@pytest.mark.parametrize("pipeline", [{"healthy": False, "watermark": 1}, {"healthy": True, "watermark": None}])
def test_a_worker_that_does_not_see_the_shop_yet_is_waited_for(
    answer: dict[str, Any], pipeline: dict[str, Any]
) -> None:
    answer |= {"pipeline": pipeline, "scenarios": {}}
    watch = WorkerWatch(answer["url"])

    assert not watch.is_judging()
    watch.close()
