"""A real Prometheus and a real Alertmanager with the shipped rules and routes, their waits shortened to seconds."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.local.node import free_port
from deploy.local.programs import find
from deploy.local.watchers import DEPLOY, aimed_at, read

PATIENCE = 30.0
RESEND = "--rules.alert.resend-delay=1s"  # what fires before Prometheus has found Alertmanager is told again then
WAITS = re.compile(r"^(\s+for:) \w+$", re.MULTILINE)


@dataclass(frozen=True)
class WatchPost:
    """Where both are reached."""

    prometheus: str
    alertmanager: str

    def alerts(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Alertmanager's alerts by name and severity."""
        told = httpx.get(f"{self.alertmanager}/api/v2/alerts", trust_env=False).json()
        return {(each["labels"]["alertname"], each["labels"]["severity"]): each for each in told}


@contextmanager
def watching(folder: Path, worker: int, receiver: str) -> Iterator[WatchPost]:
    """Both scrape the worker's port and tell the receiver's address."""
    prometheus, alertmanager = free_port(), free_port()
    config = aimed_at({"worker": [worker]}, alertmanager, "http://console")
    config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(folder / "rules-*.yml")]
    for path in (DEPLOY / "prometheus/rules").glob("*.yml"):
        (folder / f"rules-{path.name}").write_text(WAITS.sub(r"\1 1s", path.read_text()))
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(_hurried(receiver)))
    with ExitStack() as stack:
        for name, port, options in (
            ("alertmanager", alertmanager, [f"--storage.path={folder / 'alerts'}", "--cluster.listen-address="]),
            ("prometheus", prometheus, [f"--storage.tsdb.path={folder / 'metrics'}", RESEND]),
        ):
            stack.enter_context(_running(name, port, folder, options))
        yield WatchPost(f"http://127.0.0.1:{prometheus}", f"http://127.0.0.1:{alertmanager}")


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait a bounded time until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def _hurried(receiver: str) -> dict[str, Any]:
    config = read("alertmanager/alertmanager.yml")
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "1s", "group_interval": "1s"}
    for each in config["receivers"]:
        for hook in each.get("webhook_configs", ()):
            hook["url"] = f"{receiver}/{each['name']}"
    return config


@contextmanager
def _running(name: str, port: int, folder: Path, options: list[str]) -> Iterator[None]:
    path = find(name)
    assert path is not None
    config = f"--config.file={folder / name}.yml"
    with (folder / f"{name}.log").open("w") as log:
        command = [path, config, f"--web.listen-address=127.0.0.1:{port}", *options]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        until(lambda: _is_ready(port), (folder / f"{name}.log").read_text())
        yield
    finally:
        process.terminate()
        process.wait(20)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/-/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False
