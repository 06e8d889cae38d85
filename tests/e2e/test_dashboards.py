"""Dashboards and rules on a live Prometheus that scrapes a whole system: nothing is empty, nothing cries wolf."""

import time
from collections.abc import Iterator

import pytest

from deploy.local.parts import PART_NAMES
from deploy.local.programs import INSTALL, are_installed
from grafana.__main__ import DASHBOARDS
from tests.builders.exposed import metrics_in, part_of
from tests.builders.waiting import eventually
from tests.e2e.local_run import SECONDS, START_SECONDS, LocalRun
from tests.e2e.queries import Prometheus, Query, queries

pytestmark = [
    pytest.mark.connected,
    pytest.mark.slow,
    pytest.mark.skipif(not are_installed(), reason=f"Prometheus is not installed: {INSTALL}"),
]


CURVES = "label_values(monitor_actual_events, scenario)"


@pytest.fixture(scope="module")
def prometheus(demonstration: LocalRun) -> Iterator[Prometheus]:
    """The Prometheus of the run, once there are curves to be chosen."""
    demonstration.wait_for_line("opened", START_SECONDS + SECONDS)
    client = Prometheus(f"http://127.0.0.1:{demonstration.ports['prometheus']}")
    assert eventually(lambda: bool(client.choices(CURVES)), SECONDS / 3)
    yield client
    client.close()


def test_every_panel_has_data(demonstration: LocalRun, prometheus: Prometheus) -> None:
    """INVARIANT: nothing is empty on a system that works, whatever is chosen in the variables."""
    asked = [query for path in DASHBOARDS.glob("*.json") for query in queries(path, prometheus) if is_shown(query)]
    assert len({query.place.split(" / ")[0] for query in asked}) == len(list(DASHBOARDS.glob("*.json")))

    empty = asked
    deadline = time.monotonic() + SECONDS / 3
    while empty and time.monotonic() < deadline and demonstration.process.poll() is None:
        empty = [query for query in empty if not prometheus.has_points(query, time.time())]

    assert [query.place for query in empty] == []


def test_every_rule_can_be_evaluated(prometheus: Prometheus) -> None:
    rules = [rule for group in prometheus.ask("/rules")["groups"] for rule in group["rules"]]

    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


def test_no_alert_fires_but_of_the_trouble_that_was_made(prometheus: Prometheus) -> None:
    alerts = prometheus.ask("/alerts")["alerts"]

    firing = {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    assert "Watchdog" in firing
    assert firing <= {"Watchdog", "AnomalyOpen"}


def is_shown(query: Query) -> bool:
    """Whether the process that has these metrics takes part in the run."""
    parts = {part_of(metric) for metric in metrics_in(query.expression)}
    return parts <= {"", *PART_NAMES}
