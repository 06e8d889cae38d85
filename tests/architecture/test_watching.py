"""Alerts, their tests, their runbooks and the metrics they ask for belong together."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.architecture.sources import ROOT
from tests.builders.exposed import awaited, exposed, metrics_in

PROMETHEUS = ROOT / "deploy/prometheus"
RUNBOOKS = ROOT / "deploy/runbooks"
SECTIONS = ("Meaning", "First look", "Likely causes", "What to do", "Silence")


def rules(kind: str) -> dict[str, dict[str, Any]]:
    """Every rule of a kind, `alert` or `record`, by name."""
    files = [yaml.safe_load(path.read_text()) for path in sorted((PROMETHEUS / "rules").glob("*.yml"))]
    found = [rule for file in files for group in file["groups"] for rule in group["rules"] if kind in rule]
    assert len(found) == len({rule[kind] for rule in found}), "two rules have one name"
    return {rule[kind]: rule for rule in found}


def rule_tests() -> Iterator[dict[str, Any]]:
    for path in (PROMETHEUS / "tests").glob("*.yml"):
        for group in yaml.safe_load(path.read_text())["tests"]:
            yield from group["alert_rule_test"]


ALERTS = rules("alert")
TESTS = list(rule_tests())


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_what_is_wrong_and_where_to_read_on(alert: str) -> None:
    told = ALERTS[alert]["annotations"]

    assert {"summary", "description", "runbook_url"} <= set(told)
    assert told["runbook_url"] == f"{{{{ $externalLabels.console }}}}/runbooks/{alert}"
    assert ALERTS[alert]["labels"]["part"]


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_runbook_with_every_section(alert: str) -> None:
    text = (RUNBOOKS / f"{alert}.md").read_text()

    assert text.startswith(f"# {alert}\n")
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == list(SECTIONS)


def test_no_runbook_is_left_without_its_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_is_tested_in_both_directions(alert: str) -> None:
    """The dead man's switch, which asks for nothing, has one direction."""
    fires = [bool(test.get("exp_alerts")) for test in TESTS if test["alertname"] == alert]

    assert True in fires
    assert False in fires or ALERTS[alert]["expr"] == "vector(1)"


@pytest.mark.parametrize("rule", [*ALERTS, *rules("record")])
def test_a_rule_asks_for_what_the_code_exposes(rule: str) -> None:
    recorded = rules("record")
    wanted = metrics_in({**ALERTS, **recorded}[rule]["expr"])

    unknown = {metric for metric in wanted if metric not in exposed() | recorded.keys() and not awaited(metric)}

    assert unknown == set()


def test_metrics_are_told_from_labels_functions_and_values() -> None:
    expression = (
        'sum by (topic) (rate(monitor_events_total{topic="shop_x", job=~"$job"}[5m])) / a:monitor_b:sum > on (job) up'
    )

    assert metrics_in(expression) == {"monitor_events_total", "a:monitor_b:sum"}
