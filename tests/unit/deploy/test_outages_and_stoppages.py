"""Services that the runner stops: by the demonstration's plan, or because somebody asked."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from deploy.local import requests
from deploy.local.children import Children
from deploy.local.outage import outages
from deploy.local.shop_time import ShopTime
from deploy.local.stoppages import Stoppages
from deploy.local.truth import read_truth
from shop_services.traffic.plan import DEMO, Planned
from tests.unit.deploy.scripts import SLEEP, is_up, script, wait_until

START = datetime(2026, 3, 25, 17, 30, tzinfo=UTC)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path)
    for name in ("kafka", "orders"):
        (child,) = started.start(script(tmp_path, name, SLEEP))
        wait_until(partial(is_up, child))
    yield started
    started.stop()


def at(minute: float) -> ShopTime:
    """A clock that shows this minute after the start for the next seconds, one shop minute a real one."""
    return ShopTime(1.0, START, time.time() - minute * 60)


def test_the_demonstration_leaves_one_outage_to_the_runner(tmp_path: Path, children: Children) -> None:
    assert len(outages(DEMO, children, at(0), tmp_path / "truth.jsonl")) == 1


def test_an_outage_pauses_its_service_writes_the_truth_and_ends(tmp_path: Path, children: Children) -> None:
    truth, orders = tmp_path / "truth.jsonl", children.named("orders")
    plan = [
        Planned(10, "daily_workload", "service_stopped", {"minutes": 0.01}, by_runner=True, subject="order-service")
    ]

    (too_early,) = outages(plan, children, at(9), truth)
    assert too_early.turn() == ""
    assert not orders.is_paused

    (due,) = outages(plan, children, at(10), truth)
    assert "stops orders" in due.turn()
    assert orders.is_paused
    time.sleep(0.7)
    assert "lets orders go on" in due.turn()
    assert not orders.is_paused
    assert due.turn() == ""

    (incident,) = read_truth(truth)
    assert (incident.scenario, incident.kind, incident.ids) == ("daily_workload", "service", {"order-service"})
    assert (incident.end - START).total_seconds() == pytest.approx(600.6)
    assert "injected_at" in json.loads(truth.read_text())


def test_a_part_stopped_on_purpose_is_not_mourned_and_comes_back(tmp_path: Path, children: Children) -> None:
    (tmp_path / "requests").mkdir()
    truth = tmp_path / "truth.jsonl"
    stoppages = Stoppages(tmp_path, children, at(5), truth)

    requests.ask(tmp_path, "stop", "orders")
    assert stoppages.turn() == ["orders was stopped; make start PART=orders brings it back"]
    assert children.named("orders").has_ended
    assert stoppages.holds(children.named("orders"))

    requests.ask(tmp_path, "start", "orders")
    assert stoppages.turn() == ["orders was started again"]
    assert not children.named("orders").has_ended
    assert not stoppages.holds(children.named("orders"))
    assert [incident.ids for incident in read_truth(truth)] == [{"order-service"}]


def test_stopping_what_is_no_service_is_no_incident(tmp_path: Path, children: Children) -> None:
    (tmp_path / "requests").mkdir()
    stoppages = Stoppages(tmp_path, children, at(5), tmp_path / "truth.jsonl")

    requests.ask(tmp_path, "stop", "kafka")
    stoppages.turn()
    stoppages.finish()

    assert read_truth(tmp_path / "truth.jsonl") == []


def test_a_request_that_makes_no_sense_is_answered(tmp_path: Path, children: Children) -> None:
    (tmp_path / "requests").mkdir()
    stoppages = Stoppages(tmp_path, children, at(5), tmp_path / "truth.jsonl")

    requests.ask(tmp_path, "stop", "order")
    requests.ask(tmp_path, "start", "orders")

    assert set(stoppages.turn()) == {
        "there is no part 'order' to stop; there are kafka, orders",
        "orders runs already",
    }
