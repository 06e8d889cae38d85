"""What the code really exposes: every metrics module's class, built around a registry, asked for its families."""

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry

from tests.architecture.sources import name, python_files

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
# Processes that dashboards and rules speak of before there are any, by the metrics they will have: once one metric is
# there, all of them must be. And the parts of a local run that show them.
AWAITED = {"monitor_alerts_": "alerts", "monitor_canary_": "canary", "monitor_recorder_": "recorder"}
_TOKEN = re.compile(r"(?<![\w:$])[a-zA-Z_:][\w:]*")


@cache
def exposed() -> frozenset[str]:
    """The sample names of all processes: `monitor_events_total`, `monitor_judging_seconds_bucket`."""
    return frozenset(
        family.name + suffix
        for registry in _registries()
        for family in registry.collect()
        for suffix in SUFFIXES[family.type]
    )


def awaited(metric: str) -> bool:
    """True while nothing of the process that is to expose it is there."""
    return any(
        metric.startswith(prefix) and not any(known.startswith(prefix) for known in exposed()) for prefix in AWAITED
    )


def part_of(metric: str) -> str:
    """The part of a local run that shows a metric of such a process; empty for all others."""
    return next((part for prefix, part in AWAITED.items() if metric.startswith(prefix)), "")


def metrics_in(expression: str) -> set[str]:
    """The metrics and recorded series a PromQL expression asks for."""
    without_text = re.sub(r'"[^"]*"', '""', expression)
    return {token for token in _TOKEN.findall(without_text) if ":" in token or token.startswith(_PREFIXES)}


_PREFIXES = ("monitor_", "shop_", "process_")


def _registries() -> Iterator[CollectorRegistry]:
    for path in python_files():
        if path.stem == "metrics" and not name(path).startswith("tests/"):
            module = importlib.import_module(name(path).removesuffix(".py").replace("/", "."))
            for cls in _declared(module):
                yield _build(cls)


def _declared(module: Any) -> list[type]:
    classes = [each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == module.__name__]
    return [each for each in classes if "registry" in inspect.signature(each).parameters]


def _build(cls: type) -> CollectorRegistry:
    registry = CollectorRegistry()
    others = [each for each in inspect.signature(cls).parameters if each != "registry"]
    cls(registry=registry, **dict.fromkeys(others, ()))
    return registry
