"""The queries of the shipped dashboards, with their variables filled in from a live Prometheus."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx

SPAN_SECONDS, STEP_SECONDS = 300, 5
INTERVALS = {"$__rate_interval": "30s", "$__interval": "5s"}
LABEL_VALUES = re.compile(r"label_values\((.*), (\w+)\)$")


@dataclass(frozen=True)
class Query:
    """One target of one panel."""

    place: str  # dashboard, panel and target, for people
    expression: str
    is_instant: bool


class Prometheus:
    """The HTTP API of a Prometheus."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=20, trust_env=False)

    def ask(self, path: str, **parameters: Any) -> Any:
        """`data` of an answer; an error of the query fails with what Prometheus says."""
        answer = self._client.get(path, params=parameters).json()
        assert answer["status"] == "success", (answer, parameters)
        return answer["data"]

    def has_points(self, query: Query, now: float) -> bool:
        """Whether a query gives at least one number."""
        if query.is_instant:
            series = self.ask("/query", query=query.expression, time=now)["result"]
            values = [each["value"] for each in series]
        else:
            span = {"start": now - SPAN_SECONDS, "end": now, "step": STEP_SECONDS}
            series = self.ask("/query_range", query=query.expression, **span)["result"]
            values = [value for each in series for value in each["values"]]
        return any(not math.isnan(float(value)) for _, value in values)

    def choices(self, query: str) -> list[str]:
        """The values of a variable."""
        found = LABEL_VALUES.match(query)
        assert found, query
        return list(self.ask(f"/label/{found[2]}/values", **{"match[]": found[1]}))

    def close(self) -> None:
        self._client.close()


def queries(path: Path, prometheus: Prometheus) -> Iterator[Query]:
    """Every target of every panel of a dashboard, once for each way its variables can be chosen."""
    board = json.loads(path.read_text())
    for chosen in _ways(board["templating"]["list"], prometheus):
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                place = f"{board['title']} / {panel['title']} / {target['refId']} {chosen}"
                yield Query(place, filled(target["expr"], chosen), bool(target.get("instant")))


def filled(expression: str, chosen: dict[str, str]) -> str:
    """The expression as Grafana would send it."""
    for name, value in INTERVALS.items():
        expression = expression.replace(name, value)
    for name, value in chosen.items():
        expression = re.sub(rf"\${name}\b", value, expression)
    return expression


def _ways(variables: list[dict[str, Any]], prometheus: Prometheus) -> Iterator[dict[str, str]]:
    """All scenarios, but of each the first value of what depends on them."""
    asked = [each for each in variables if each["type"] == "query"]
    free = [each for each in asked if "$" not in each["query"]]
    for values in product(*(prometheus.choices(each["query"]) for each in free)):
        chosen = dict(zip((each["name"] for each in free), values, strict=True))
        for each in asked:
            if each not in free:
                chosen[each["name"]] = prometheus.choices(filled(each["query"], chosen))[0]
        yield chosen
