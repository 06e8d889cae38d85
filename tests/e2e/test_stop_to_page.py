"""One stopped service on a quiet evening, seen from where people are told: their webhook and Alertmanager's."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from standardwebhooks.webhooks import Webhook

from deploy.local.programs import INSTALL, are_installed
from tests.builders.receiver import Got, Receiver, receiver
from tests.e2e.local_run import SPEED, START_SECONDS, LocalRun

pytestmark = [
    pytest.mark.connected,
    pytest.mark.slow,
    pytest.mark.skipif(not are_installed(), reason=f"Prometheus is not installed: {INSTALL}"),
]
SECRET = "whsec_" + "c2lsZW50IHNlcnZpY2Vz" * 2
QUIET_EVENTS = 800  # of a shop that goes on as it should
DETECTION_SECONDS = 90.0
RECOVERY_SECONDS = 120.0
ROUTES = """
[endpoints.oncall]
url = "{url}"
secrets = ["${{HOOK_SECRET}}"]

[endpoints.alertmanager]
url = "alertmanager+http://${{ALERTMANAGER}}"

[[routes]]
endpoints = ["oncall", "alertmanager"]
"""


@pytest.fixture
def phone() -> Iterator[Receiver]:
    """Who is told: alerts at /hook, Alertmanager below /alertmanager."""
    with receiver() as held:
        yield held


@pytest.fixture
def run(tmp_path: Path, phone: Receiver) -> Iterator[LocalRun]:
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES.format(url=phone.url()))
    settings = {
        "MONITOR_ROUTES": str(routes),
        "MONITOR_ALERTS_ALLOW_PRIVATE": "true",
        "HOOK_SECRET": SECRET,
    }
    options = ["--plan", "none", "--speed", SPEED, "--hook", phone.url("/alertmanager")]
    running = LocalRun(tmp_path / "run", *options, **settings)
    yield running
    running.end()


def test_a_stopped_service_is_one_incident_one_message_and_one_recovery(run: LocalRun, phone: Receiver) -> None:
    """INVARIANT: what several detectors see of one cause is told once, and so is its end."""
    run.wait_for_line("/readyz and /metrics", START_SECONDS)
    run.wait_for(lambda: run.events_seen() > QUIET_EVENTS, START_SECONDS)
    assert told(phone) == [], "a quiet shop was reported"

    ask(run, "stop", "orders")
    run.wait_for(lambda: bool(told(phone)), DETECTION_SECONDS)
    run.wait_for(lambda: bool(notified(phone, "AnomalyOpen")), DETECTION_SECONDS)
    ask(run, "start", "orders")
    run.wait_for(lambda: "incident.resolved" in kinds(phone), RECOVERY_SECONDS)

    assert kinds(phone).count("incident.opened") == 1
    assert kinds(phone).count("incident.resolved") == 1
    assert len({message["data"]["incidentId"] for message in told(phone)}) == 1
    assert len({alert["labels"]["incident"] for alert in notified(phone, "ShopIncident")}) == 1
    assert "order-service" in told(phone)[0]["data"]["title"]
    assert canaries(run)["missed"] == 0 < canaries(run)["detected"]


def told(phone: Receiver) -> list[Any]:
    """What alerts said, each message's signature verified."""
    return [Webhook(SECRET).verify(got.body, got.headers) for got in at(phone, "/hook")]


def kinds(phone: Receiver) -> list[str]:
    return [message["type"] for message in told(phone)]


def notified(phone: Receiver, name: str) -> list[Any]:
    """What Alertmanager told of: `AnomalyOpen` by Prometheus' rules, `ShopIncident` by alerts themselves."""
    alerts = [alert for got in at(phone, "/alertmanager") for alert in got.json["alerts"]]
    return [each for each in alerts if each["labels"]["alertname"] == name and each["status"] == "firing"]


def at(phone: Receiver, path: str) -> list[Got]:
    return [got for got in list(phone.taken) if got.path.startswith(path)]


def canaries(run: LocalRun) -> dict[str, float]:
    """How many were found and missed."""
    text = httpx.get(f"http://127.0.0.1:{run.ports['canary']}/metrics", trust_env=False).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    values = {sample.name: sample.value for sample in samples}
    return {name: values[f"monitor_canary_{name}_total"] for name in ("missed", "detected")}


def ask(run: LocalRun, verb: str, part: str) -> None:
    command = [sys.executable, "-m", "deploy.local", verb, part, "--folder", str(run.folder)]
    subprocess.run(command, check=True, timeout=30)
