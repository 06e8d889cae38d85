import pytest

from stream_app.alerting.planning import Notice, Planner, digest
from tests.builders.alerting import CONSOLE, routes_of
from tests.builders.incidents import EVENING_MS, MINUTE, WALL, again, book_of, only, resolved, seen

HOUR = 3_600_000
planner = Planner(routes_of(), CONSOLE)


def kinds(notices: list[Notice]) -> list[str]:
    return [each.message.kind for each in notices]


def test_an_incident_is_told_once():
    incident = only(book_of(seen("product/7")))

    assert kinds(planner.plan(incident, WALL)) == ["opened"]
    assert planner.plan(incident, WALL + HOUR) == []


def test_a_revision_that_changes_nothing_material_is_not_told():
    one = seen("product/7")
    book = book_of(one)
    planner.plan(only(book), WALL)

    book.take(again(one, score=9.0, actual=1_000.0), WALL)

    assert planner.plan(only(book), WALL + HOUR) == []


def test_a_higher_severity_is_told_at_once_though_it_is_acknowledged_and_snoozed():
    one = seen("product/7")
    book = book_of(one)
    planner.plan(only(book), WALL)
    book.acknowledge(only(book), "kim", WALL)
    book.snooze(only(book), WALL + HOUR, "kim", WALL)

    book.take(again(one, severity="critical"), WALL)
    (notice,) = planner.plan(only(book), WALL + 1_000)

    assert (notice.message.kind, notice.message.data["severityBefore"]) == ("updated", "warning")


def test_new_entities_are_told_together_after_a_while():
    book = book_of(seen("service/cart-service"))
    planner.plan(only(book), WALL)

    book.take(seen("service/warehouse-service", minute=1), WALL)
    book.take(seen("shop/cqshop", minute=1), WALL)

    assert planner.plan(only(book), WALL + 4 * MINUTE) == []
    assert kinds(planner.plan(only(book), WALL + 5 * MINUTE)) == ["updated"]
    assert planner.plan(only(book), WALL + HOUR) == []


@pytest.mark.parametrize("how", ["acknowledge", "snooze"])
def test_who_looks_after_it_is_not_told_that_it_grows(how: str):
    book = book_of(seen("service/cart-service"))
    planner.plan(only(book), WALL)
    if how == "acknowledge":
        book.acknowledge(only(book), "kim", WALL)
    else:
        book.snooze(only(book), WALL + 2 * HOUR, "kim", WALL)

    book.take(seen("service/warehouse-service", minute=1), WALL)

    assert planner.plan(only(book), WALL + HOUR) == []


def test_after_the_snooze_what_changed_meanwhile_is_told():
    book = book_of(seen("service/cart-service"))
    planner.plan(only(book), WALL)
    book.snooze(only(book), WALL + HOUR, "kim", WALL)
    book.take(seen("service/warehouse-service", minute=1), WALL)

    assert kinds(planner.plan(only(book), WALL + HOUR)) == ["updated"]


def test_the_end_is_told_and_that_it_came_back():
    one = seen("product/7")
    book = book_of(one)
    planner.plan(only(book), WALL)

    book.take(resolved(one, 10), WALL)
    book.settle(EVENING_MS + 15 * MINUTE, WALL)
    assert kinds(planner.plan(only(book), WALL)) == ["resolved"]

    book.take(seen("product/7", minute=18), WALL)
    assert kinds(planner.plan(only(book), WALL)) == ["reopened"]


def test_a_retracted_anomaly_is_told_as_a_false_alarm():
    one = seen("product/7")
    book = book_of(one)
    planner.plan(only(book), WALL)

    book.take(again(one, status="retracted"), WALL)
    book.settle(EVENING_MS + HOUR, WALL)
    (notice,) = planner.plan(only(book), WALL)

    assert notice.message.kind == "resolved"
    assert "false alarm" in notice.message.title


def test_canaries_and_scenarios_in_dry_mode_page_nobody():
    book = book_of(seen("product/7", is_pageable=False))
    assert planner.plan(only(book), WALL) == []

    book.take(seen("product/7", "price_exploit", minute=1), WALL)
    (notice,) = planner.plan(only(book), WALL)
    assert notice.message.data["scenarios"] == ["price_exploit"]


def test_what_opened_and_ended_while_nobody_ran_is_told_if_it_was_lately():
    one = seen("product/7")
    book = book_of(one, resolved(one, 10))
    book.settle(EVENING_MS + HOUR, WALL)

    assert Planner(routes_of(), CONSOLE).plan(only(book), WALL + 2 * HOUR) == []
    assert kinds(planner.plan(only(book), WALL + MINUTE)) == ["opened", "resolved"]


def test_routes_choose_by_severity_scenario_and_entity():
    endpoints = {name: {"url": "log://"} for name in ("pager", "shop", "prices")}
    routes = routes_of(
        endpoints,
        {"endpoints": ["pager"], "severities": ["critical"]},
        {"endpoints": ["shop"], "entities": ["service/*", "shop/*"]},
        {"endpoints": ["prices"], "scenarios": ["price_exploit"]},
    )

    assert set(routes.ways(only(book_of(seen("service/cart-service"))))) == {"shop"}
    assert set(routes.ways(only(book_of(seen("service/cart-service", severity="critical"))))) == {"pager", "shop"}
    assert set(routes.ways(only(book_of(seen("product/7", "price_exploit"))))) == {"prices"}


def test_an_endpoint_that_is_routed_to_later_is_told_of_the_opening_then():
    endpoints = {"chat": {"url": "log://"}, "pager": {"url": "log://"}}
    routes = routes_of(endpoints, {"endpoints": ["chat"]}, {"endpoints": ["pager"], "severities": ["critical"]})
    one = seen("product/7")
    book = book_of(one)
    severe = Planner(routes, CONSOLE)
    assert [each.endpoint for each in severe.plan(only(book), WALL)] == ["chat"]

    book.take(again(one, severity="critical"), WALL)
    told = {each.endpoint: each.message.kind for each in severe.plan(only(book), WALL)}

    assert told == {"chat": "updated", "pager": "opened"}


def test_kinds_a_route_does_not_tell_are_left_out():
    quiet = Planner(routes_of({"pager": {"url": "log://"}}, {"endpoints": ["pager"], "tell": ["opened"]}), CONSOLE)
    one = seen("product/7")
    book = book_of(one)
    assert kinds(quiet.plan(only(book), WALL)) == ["opened"]

    book.take(resolved(one, 10), WALL)
    book.settle(EVENING_MS + HOUR, WALL)

    assert quiet.plan(only(book), WALL) == []


def test_the_text_says_what_where_since_when_and_what_to_do():
    text = planner.plan(only(book_of(seen("product/7", "stock_exhaustion", expected=38.0, actual=940.0))), WALL)[
        0
    ].message.text

    for part in (
        "What: 7 is not as it should be.",
        "Where: product 7",
        "Since: 2026-03-25 20:30:00 UTC",
        "Expected: 38 (0 to 120); actual: 940 pieces",
        "Why: share_of_stock_reserved 0.94 (usually 0.04)",
        "What to do: https://runbooks.cqshop.example/stock-exhaustion",
        "Look: http://console/incidents/",
    ):
        assert part in text


def test_a_digest_tells_every_incident_once_as_it_stood_last_the_worst_first():
    one = seen("product/7")
    book = book_of(one, seen("product/8", severity="critical"))
    first = [notice.message for each in book.incidents.values() for notice in planner.plan(each, WALL)]
    book.take(resolved(one, 10), WALL)
    book.settle(EVENING_MS + HOUR, WALL)
    later = [notice.message for each in book.incidents.values() for notice in planner.plan(each, WALL)]

    whole = digest("oncall", first + later)

    assert [each["status"] for each in whole.data["incidents"]] == ["opened", "resolved"]
    assert whole.severity == "critical"
