"""What every dashboard and panel has; that Prometheus answers is asked in `tests/e2e/test_dashboards.py`."""

import json
from typing import Any

import pytest

from deploy.local.watchers import DEPLOY
from grafana.__main__ import DASHBOARDS, as_json, boards
from grafana.board import Board
from tests.architecture.test_watching import ALERTS, rules
from tests.builders.exposed import awaited, exposed, metrics_in

BOARDS = dict(boards())
LOADED = {path.stem: json.loads(path.read_text()) for path in DASHBOARDS.glob("*.json")}
PANELS = [
    pytest.param(panel, id=f"{stem}-{panel['id']}")
    for stem, board in LOADED.items()
    for panel in board["panels"]
    if panel["type"] != "row"
]


@pytest.mark.parametrize("stem", BOARDS)
def test_the_committed_file_is_what_the_code_generates(stem: str) -> None:
    """Otherwise: python -m grafana"""
    assert (DASHBOARDS / f"{stem}.json").read_text() == as_json(stem, BOARDS[stem])


def test_no_file_is_left_of_a_dashboard_that_is_gone() -> None:
    assert set(LOADED) == set(BOARDS)


@pytest.mark.parametrize("stem", LOADED)
def test_panels_have_ids_of_their_own_and_fill_their_lines_without_overlap(stem: str) -> None:
    panels = LOADED[stem]["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(cells)) == len(cells)
    assert {x for x, _ in cells} == set(range(24))


@pytest.mark.parametrize("stem", LOADED)
def test_a_dashboard_can_be_pointed_at_any_prometheus_and_console(stem: str) -> None:
    variables = {each["name"]: each["type"] for each in LOADED[stem]["templating"]["list"]}

    assert (variables["datasource"], variables["console"]) == ("datasource", "textbox")
    assert LOADED[stem]["uid"] == f"cqshop-{stem}"


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_where_to_read_on(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    runbook, console = (link["url"] for link in panel["links"])

    assert panel["description"].endswith(".")
    assert defaults["unit"]
    assert defaults["thresholds"]["steps"]
    assert runbook.removeprefix("${console}/runbooks/") in ALERTS
    assert console.startswith("${console}/")
    assert panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_asks_for_what_is_exposed_or_recorded(panel: dict[str, Any]) -> None:
    known = exposed() | rules("record").keys()
    wanted = {metric for target in panel["targets"] for metric in metrics_in(target["expr"])}

    assert {metric for metric in wanted if metric not in known and not awaited(metric)} == set()


def test_a_choice_and_a_mark_ask_for_what_is_exposed_or_recorded() -> None:
    known = exposed() | rules("record").keys()

    for board in BOARDS.values():
        for text in (*(choice.metric for choice in board.choices), *(mark.expression for mark in board.marks)):
            assert metrics_in(text) <= known


def test_every_alert_has_a_panel_that_shows_more() -> None:
    linked = {panel.runbook for board in BOARDS.values() for row in board.rows for panel in row.panels}

    told_by_runbooks = {"AccessFileRefused", "ConsoleBlind", "DeliveryCircuitOpen"}  # they say where to look
    assert set(ALERTS) - linked <= told_by_runbooks


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_the_thresholds_of_a_panel_rise(board: Board) -> None:
    for row in board.rows:
        for panel in row.panels:
            assert [value for value, _ in panel.steps] == sorted(value for value, _ in panel.steps)


def test_dashboards_and_data_source_are_provisioned() -> None:
    folder = DASHBOARDS.parent / "provisioning"

    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.yml")} == {
        "dashboards/cqshop.yml",
        "datasources/prometheus.yml",
    }
    assert (DEPLOY / "prometheus/prometheus.yml").exists()
