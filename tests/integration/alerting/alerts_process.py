"""The shipped alerts process with its settings, what is published to it, and what its receiver got."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.local.broker import free_port
from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.topics import ANOMALY_TOPIC
from tests.builders.anomalies import EVENING, anomaly_data
from tests.builders.feed_samples import feed
from tests.builders.receiver import Receiver

PATIENCE_SECONDS = 60.0
SECRET = "whsec_" + "Q" * 32
ROUTES = """
[endpoints.oncall]
url = "{url}"
secrets = ["${{HOOK_SECRET}}"]

[[routes]]
endpoints = ["oncall"]
"""


class Alerts:
    """The process with its settings; started and killed as often as a test likes."""

    def __init__(self, broker: str, folder: Path, url: str) -> None:
        self.port = free_port()
        routes = folder / "routes.toml"
        routes.write_text(ROUTES.format(url=url))
        self.database = folder / "alerts.db"
        self.environment = {
            "MONITOR_BROKER": broker,
            "MONITOR_ALERTS_PORT": str(self.port),
            "MONITOR_ALERTS_DATABASE": f"sqlite:///{self.database}",
            "MONITOR_ALERTS_SETTLE_SECONDS": "0",
            "MONITOR_ALERTS_ALLOW_PRIVATE": "true",
            "MONITOR_ROUTES": str(routes),
            "MONITOR_CLOCK": "events",
            "HOOK_SECRET": SECRET,
        }
        self.log = folder / "alerts.log"
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, and wait until it has read all there is."""
        command = [sys.executable, "-m", "stream_app", "alerts"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=os.environ | self.environment, stdout=log, stderr=log)
        self.started.append(process)
        until(self.is_ready, "it was not ready", process)
        return process

    def kill(self) -> None:
        """End what a failed test has left running."""
        for process in self.started:
            process.kill()
            process.wait(30)

    def ask(self, *arguments: str) -> str:
        """The answer of the command line."""
        command = [sys.executable, "-m", "stream_app", "alerts", *arguments]
        return subprocess.run(
            command, env=os.environ | self.environment, check=True, capture_output=True, text=True
        ).stdout

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())


def until(holds: Callable[[], bool], complaint: str, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert process is None or process.poll() is None, f"it ended by itself with status {process.returncode}"
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> int:
    process.send_signal(how)
    return process.wait(30)


def stopped(service: str, scenario: str, number: int, minute: int, **changes: Any) -> AnomalyDetected:
    """What one detector says of a service that has stopped."""
    told = {
        "anomaly_id": f"5b0f6a52-5f0e-5f9e-9d53-0f5c0c2b{number:04d}",
        "start": EVENING + timedelta(minutes=minute),
        "minutes": 3,
        "entity": ("service", service),
        "scenario": scenario,
        "unit": "events",
        "direction": "low",
        "severity": "critical",
        "evidence": (),
        "impact": None,
    }
    return anomaly_data(**told | changes)


def publish(broker: str, *anomalies: AnomalyDetected) -> None:
    feed(broker, list(anomalies), [], (ANOMALY_TOPIC, ""))


def types(shop: Receiver) -> list[str]:
    return [each.json["type"] for each in shop.taken]


def over(anomaly: AnomalyDetected, minutes: int = 9) -> dict[str, Any]:
    return {"status": "resolved", "revision": anomaly.revision + 5, "minutes": minutes}
