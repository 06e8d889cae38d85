"""Prometheus' and Alertmanager's own tools on what is shipped: is it valid, and do alerts fire when they should?"""

import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from deploy.local.programs import INSTALL, find
from deploy.local.watchers import DEPLOY
from stream_app.metrics import Metrics

PROMETHEUS = DEPLOY / "prometheus"
ALERTMANAGER = DEPLOY / "alertmanager/alertmanager.yml"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))


def run(tool: str, *arguments: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    path = find(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed: {INSTALL}")
    return subprocess.run([path, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=120)


def test_the_configuration_of_prometheus_is_valid() -> None:
    done = run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_file_is_valid(path: Path) -> None:
    done = run("promtool", "check", "rules", path)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_are_quiet_otherwise(path: Path) -> None:
    done = run("promtool", "test", "rules", path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_threshold_that_is_moved_is_noticed(tmp_path: Path) -> None:
    """That the tests above can fail: the pipeline's alert, asked the wrong way round."""
    rules, tests = tmp_path / "rules", tmp_path / "tests"
    rules.mkdir()
    tests.mkdir()
    for path in RULES:
        text = path.read_text().replace("monitor_pipeline_healthy == 0", "monitor_pipeline_healthy == 1")
        (rules / path.name).write_text(text)
    (tests / "pipeline.yml").write_text((PROMETHEUS / "tests/pipeline.yml").read_text())

    done = run("promtool", "test", "rules", tests / "pipeline.yml")

    assert done.returncode == 1
    assert "PipelineFault" in done.stdout + done.stderr


def test_the_configuration_of_alertmanager_is_valid() -> None:
    done = run("amtool", "check-config", ALERTMANAGER)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=AnomalyOpen", "severity=critical"), "pager"),
        (("alertname=AnomalyOpen", "severity=warning"), "team"),
        (("alertname=AnomalyOpen", "severity=info"), "nobody"),
        (("alertname=PipelineFault", "severity=critical"), "pager"),
        (("alertname=Watchdog", "severity=none"), "heartbeat"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_an_alert_goes_to_whom_it_concerns(labels: tuple[str, ...], receiver: str) -> None:
    done = run("amtool", "config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels)

    assert done.stdout.strip() == receiver


def test_prometheus_own_lint_finds_nothing_in_a_workers_metrics() -> None:
    metrics = Metrics(CollectorRegistry())
    metrics.name_scenarios(("price_exploit",))

    done = run("promtool", "check", "metrics", text=generate_latest(metrics.registry).decode())

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
