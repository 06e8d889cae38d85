"""From a worker's metric to a webhook: real Prometheus, real Alertmanager, the shipped rules and routes."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from prometheus_client import CollectorRegistry, start_http_server

from deploy.local.node import free_port
from deploy.local.programs import INSTALL, are_installed
from stream_app.metrics import Metrics
from tests.integration.watching.watch_post import WatchPost, until, watching

pytestmark = pytest.mark.skipif(not are_installed(), reason=f"Prometheus is not installed: {INSTALL}")


class Receiver(ThreadingHTTPServer):
    """Takes down whom Alertmanager tells what: pairs of receiver and alert."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    def heard(self, receiver: str, **labels: str) -> bool:
        return any(to == receiver and labels.items() <= alert.items() for to, alert in list(self.told))


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in message["alerts"]:
            self.server.told.append((self.path.strip("/"), {**alert["labels"], **alert["annotations"]}))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The test says what it heard."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    """A healthy worker's."""
    metrics = Metrics(CollectorRegistry())
    metrics.name_scenarios(("price_exploit", "stock_exhaustion"))
    metrics.pipeline_healthy.set(1)
    return metrics


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory, metrics: Metrics, receiver: Receiver) -> Iterator[WatchPost]:
    folder: Path = tmp_path_factory.mktemp("watching")
    port = free_port()
    server, thread = start_http_server(port, "127.0.0.1", registry=metrics.registry)
    try:
        with watching(folder, port, f"http://127.0.0.1:{receiver.server_port}") as running:
            yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_critical_anomaly_reaches_the_pager_and_hushes_the_warning_of_its_scenario(
    post: WatchPost, metrics: Metrics, receiver: Receiver
) -> None:
    metrics.open_anomalies.labels("price_exploit", "critical").set(1)
    metrics.open_anomalies.labels("price_exploit", "warning").set(1)
    metrics.open_anomalies.labels("stock_exhaustion", "warning").set(1)

    until(lambda: receiver.heard("pager", alertname="AnomalyOpen", scenario="price_exploit"), "nobody was told")
    until(lambda: receiver.heard("team", alertname="AnomalyOpen", scenario="stock_exhaustion"), "the team was not told")

    link = "http://console/runbooks/AnomalyOpen"
    assert receiver.heard("pager", summary="1 open in price_exploit, critical", runbook_url=link)
    assert not receiver.heard("team", alertname="AnomalyOpen", scenario="price_exploit")


def test_the_dead_mans_switch_is_heard(post: WatchPost, receiver: Receiver) -> None:
    until(lambda: receiver.heard("heartbeat", alertname="Watchdog"), "no sign of life")


def test_a_fault_of_the_pipeline_hushes_anomalies(post: WatchPost, metrics: Metrics, receiver: Receiver) -> None:
    """INVARIANT: one page, about the cause."""
    metrics.open_anomalies.labels("price_exploit", "critical").set(0)
    metrics.open_anomalies.labels("price_exploit", "warning").set(0)
    metrics.pipeline_healthy.set(0)
    until(lambda: receiver.heard("pager", alertname="PipelineFault"), "nobody was told of the pipeline")

    metrics.open_anomalies.labels("stock_exhaustion", "critical").set(1)
    until(lambda: ("AnomalyOpen", "critical") in post.alerts(), "the anomaly is no alert at all")

    until(lambda: post.alerts()["AnomalyOpen", "critical"]["status"]["inhibitedBy"] != [], "it is not held back")
    assert not receiver.heard("pager", alertname="AnomalyOpen", scenario="stock_exhaustion")
