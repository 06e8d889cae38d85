"""Names, units and labels of everything that is exposed, against the conventions of Prometheus."""

import re

import pytest
from prometheus_client import CollectorRegistry

from shop_services.chassis.metrics import ServiceMetrics
from stream_app.console.metrics import ConsoleMetrics
from stream_app.metrics import Metrics

BASE_UNITS = {"milliseconds", "ms", "minutes", "hours", "days", "kilobytes", "megabytes", "percent"}
PERSONAL = {"user", "user_id", "product", "product_id", "anomaly_id", "email"}
REGISTRIES = [
    Metrics(CollectorRegistry()).registry,
    ConsoleMetrics(CollectorRegistry(), ("anomaly-events",)).registry,
    ServiceMetrics(CollectorRegistry()).registry,
]
FAMILIES = [
    pytest.param(family, id=family.name)
    for registry in REGISTRIES
    for family in registry.collect()
    if not family.name.startswith("process_")
]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_metric_follows_the_conventions(family) -> None:
    words = set(family.name.split("_"))

    assert re.fullmatch(r"(monitor|shop)_[a-z][a-z0-9_]*", family.name)
    assert family.documentation.endswith(".")
    assert not words & BASE_UNITS
    assert family.type == "counter" or not family.name.endswith("_total")
    assert family.type != "histogram" or words & {"seconds", "bytes"}
    assert not {label for sample in family.samples for label in sample.labels} & PERSONAL


def test_counters_of_a_worker_exist_before_anything_happens() -> None:
    """A rule sees the increase from 0 to 1 only if there was a 0."""
    metrics = Metrics(CollectorRegistry())
    metrics.name_scenarios(("price_exploit",))
    value = metrics.registry.get_sample_value

    assert value("monitor_dead_letters_total", {"topic": "cart-events", "reason": "undecodable"}) == 0
    assert value("monitor_verdicts_total", {"scenario": "price_exploit", "status": "opened"}) == 0
    assert value("monitor_model_reloads_total", {"scenario": "price_exploit", "result": "rolled_back"}) == 0
    assert value("monitor_lost_records_total", {"topic": "cart-events"}) == 0


def test_what_the_console_could_not_keep_is_counted_once() -> None:
    metrics = ConsoleMetrics(CollectorRegistry(), ())

    metrics.lost(evicted=2, refused=0)
    metrics.lost(evicted=3, refused=1)

    value = metrics.registry.get_sample_value
    assert value("monitor_console_evicted_anomalies_total") == 3
    assert value("monitor_console_refused_readings_total") == 1
