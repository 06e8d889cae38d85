"""What counts as a report of an incident, as another view of it, and as false."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.matching import Incident, Report
from deploy.local.verdict import judge

START = datetime(2026, 3, 25, 18, 0, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return START + timedelta(minutes=count)


def incident(scenario: str, entity: str, variant: str = "any", first: float = 1, length: float = 20) -> Incident:
    kind, _, name = entity.partition("/")
    return Incident(scenario, variant, kind, frozenset([name]), START, minutes(length), minutes(first))


def report(scenario: str, entity: str, at: float = 5, direction: str = "none", summary: str = "It is odd.") -> Report:
    kind, _, name = entity.partition("/")
    number = f"{at:08.1f}-{scenario}-{entity}-{direction}"
    return Report(
        number, scenario, kind, name, direction, "warning", minutes(at - 3), minutes(at), minutes(at), summary
    )


CHEAP = incident("price_exploit", "product/17")
HOARD = incident("stock_exhaustion", "product/9")
BURST = incident("usage_intensity", "shop/cqshop", length=6)
STOP = incident("daily_workload", "service/order-service")
ALL_FOUR = [
    (CHEAP, report("price_exploit", "product/17", 9)),
    (HOARD, report("stock_exhaustion", "product/9", 9)),
    (BURST, report("usage_intensity", "shop/cqshop", 9, "high")),
    (STOP, report("daily_workload", "service/order-service", 14, "low")),
]


@pytest.mark.parametrize(
    ("done", "told"),
    [
        pytest.param(*ALL_FOUR[0], id="the product"),
        pytest.param(
            HOARD, report("stock_exhaustion", "user/4", summary="User 4 holds all of product 9."), id="a user"
        ),
        pytest.param(BURST, report("usage_intensity", "service/cart-service", 2, "high"), id="a part of the burst"),
        pytest.param(STOP, report("daily_workload", "service/order-service", 9, "low"), id="the stopped service"),
        pytest.param(
            STOP, report("usage_intensity", "service/order-service", 9, "low"), id="seen by the other detector"
        ),
    ],
)
def test_an_incident_is_answered_by_the_anomaly_that_names_it(done: Incident, told: Report) -> None:
    verdict = judge([done], [told])

    assert verdict.outcomes[0].report == told
    assert verdict.false == []


@pytest.mark.parametrize(
    ("done", "told"),
    [
        pytest.param(STOP, report("usage_intensity", "event_type/OrderCreated", 9, "low"), id="its events are missing"),
        pytest.param(STOP, report("usage_intensity", "service/notification-service", 9, "low"), id="whom it starves"),
        pytest.param(STOP, report("usage_intensity", "service/order-service", 22, "high"), id="its backlog drains"),
        pytest.param(BURST, report("daily_workload", "shop/cqshop", 9, "high"), id="the burst in the day's shape"),
        pytest.param(CHEAP, report("usage_intensity", "service/cart-service", 9, "high"), id="buyers crowd the cart"),
        pytest.param(CHEAP, report("stock_exhaustion", "product/17", 9), id="buyers hold the cheap product"),
    ],
)
def test_consequences_are_neither_false_nor_a_detection(done: Incident, told: Report) -> None:
    verdict = judge([done], [told])

    assert verdict.outcomes[0].report is None
    assert list(verdict.related) == [told]
    assert verdict.false == []


@pytest.mark.parametrize(
    ("done", "told"),
    [
        pytest.param(CHEAP, report("price_exploit", "product/18"), id="another product"),
        pytest.param(CHEAP, report("price_exploit", "product/17", at=-1), id="before it began"),
        pytest.param(CHEAP, report("price_exploit", "product/17", at=45), id="long after it ended"),
        pytest.param(
            HOARD, report("stock_exhaustion", "user/4", summary="User 4 holds product 90."), id="another's user"
        ),
        pytest.param(BURST, report("usage_intensity", "shop/cqshop", 2, "low"), id="too little in a burst"),
        pytest.param(STOP, report("daily_workload", "service/user-management-service", 9, "low"), id="a bystander"),
        pytest.param(STOP, report("daily_workload", "service/order-service", 9, "high"), id="too much while stopped"),
        pytest.param(STOP, report("stock_exhaustion", "product/9", 9), id="another family"),
    ],
)
def test_what_no_incident_explains_is_false(done: Incident, told: Report) -> None:
    verdict = judge([done], [told])

    assert verdict.outcomes[0].report is None
    assert list(verdict.false) == [told]


def test_the_first_report_answers_and_later_ones_are_related() -> None:
    early, late = report("price_exploit", "product/17", 4), report("price_exploit", "product/17", 12)

    verdict = judge([CHEAP], [late, early])

    assert verdict.outcomes[0].report == early
    assert list(verdict.related) == [late]


def test_the_delay_counts_from_the_first_abnormal_event_to_the_publication() -> None:
    verdict = judge([incident("price_exploit", "product/17", first=4)], [report("price_exploit", "product/17", 9)])

    assert verdict.outcomes[0].delay == timedelta(minutes=5)


def test_a_run_with_all_four_in_time_and_one_false_is_good() -> None:
    stray = report("price_exploit", "product/1")

    verdict = judge([done for done, _ in ALL_FOUR], [told for _, told in ALL_FOUR] + [stray])

    assert verdict.faults() == []


def test_a_second_false_anomaly_spoils_the_run() -> None:
    strays = [report("price_exploit", f"product/{number}") for number in (1, 2)]

    verdict = judge([done for done, _ in ALL_FOUR], [told for _, told in ALL_FOUR] + strays)

    assert verdict.faults() == ["2 anomalies were false, 1 may be"]


@pytest.mark.parametrize("number", range(4), ids=[done.scenario for done, _ in ALL_FOUR])
def test_a_report_after_the_budget_spoils_the_run(number: int) -> None:
    reports = [told for _, told in ALL_FOUR]
    slow = reports[number]
    reports[number] = replace(slow, at=slow.at + timedelta(minutes=6), end=slow.end + timedelta(minutes=6))

    verdict = judge([done for done, _ in ALL_FOUR], reports)

    assert verdict.faults() == [f"{slow.scenario} was not reported in time"]


def test_a_run_without_incidents_is_not_good() -> None:
    assert len(judge([], []).faults()) == 4


def test_a_quiet_evening_is_good_only_when_nothing_was_reported() -> None:
    loud = judge([], [report("price_exploit", "product/3")], planned=())

    assert judge([], [], planned=()).faults() == []
    assert loud.faults() == ["1 anomaly was false, 0 may be"]


def test_what_was_stopped_by_hand_on_a_quiet_evening_must_be_reported() -> None:
    assert judge([STOP], [], planned=()).faults() == ["daily_workload was not reported in time"]
