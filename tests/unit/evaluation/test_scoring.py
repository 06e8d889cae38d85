from dataclasses import replace

import pytest

from shop_services.contracts.envelope import decode
from tests.builders.anomalies import anomaly_data, anomaly_record
from tests.evaluation.report import CleanWeek, scores, table
from tests.evaluation.scoring import Result, Verdict, read, score
from tests.evaluation.spans import DAY, MINUTE
from tests.evaluation.truth import SHOP, Truth

BEGIN = 1_000 * DAY
GIANT = Truth(
    "detect", (("product", "7"), ("user", "3")), BEGIN, BEGIN + 10_000, BEGIN + 30 * MINUTE,
    family="stock_exhaustion", situation="giant add",
)  # fmt: skip
BURST = Truth(
    "detect", (SHOP,), BEGIN, BEGIN + 3 * MINUTE, BEGIN + 5 * MINUTE, direction="high",
    family="usage_intensity", situation="burst",
)  # fmt: skip
SALE = Truth(
    "silent", (SHOP, ("product", "7")), BEGIN, BEGIN + 60 * MINUTE, BEGIN + 60 * MINUTE,
    family="price_exploit", situation="sale",
)  # fmt: skip


def said(after: int = 5_000, **changes: object) -> Verdict:
    right = Verdict("a", "opened", "stock_exhaustion", ("product", "7"), "high", BEGIN + after)
    return replace(right, **changes)  # type: ignore[arg-type]


def judged(truth: Truth, *verdicts: Verdict) -> Result:
    return score(truth, verdicts, seed=1, draw=0)


@pytest.mark.parametrize(
    "verdict",
    [said(), said(entity=("user", "3")), said(after=10_000), said(after=0)],
    ids=["product", "user", "at the deadline", "at once"],
)
def test_the_right_entity_in_time_is_right(verdict: Verdict):
    assert judged(GIANT, verdict).is_right


@pytest.mark.parametrize(
    "verdict",
    [
        said(after=10_001),
        said(after=-1),
        said(entity=("product", "8")),
        said(entity=("user", "7")),
        said(scenario="price_exploit"),
        said(status="updated"),
    ],
    ids=["late", "before it began", "another product", "a user of that number", "another scenario", "not opened"],
)
def test_anything_else_is_wrong(verdict: Verdict):
    assert not judged(GIANT, verdict).is_right


def test_nothing_said_is_wrong_when_something_had_to_be():
    assert not judged(GIANT).is_right


def test_late_is_told_apart_from_never():
    late, never = judged(GIANT, said(after=MINUTE)), judged(GIANT)

    assert (late.is_right, late.is_late, late.delay_minutes) == (False, True, 1.0)
    assert (never.is_late, never.delay_minutes) == (False, None)


def test_what_only_a_tighter_budget_misses_is_counted_apart():
    tighter = replace(GIANT, listed=BEGIN + 4_000)

    result = judged(tighter, said(after=5_000))

    assert (result.is_right, result.is_right_as_listed) == (True, False)
    assert judged(GIANT, said()).is_right_as_listed
    assert judged(tighter, said(after=4_000)).is_right_as_listed


def test_the_direction_counts_where_only_one_is_right():
    high = said(scenario="usage_intensity", entity=("shop", "cqshop"), direction="high")

    assert judged(BURST, high).is_right
    assert not judged(BURST, replace(high, direction="low")).is_right


def test_the_volume_families_count_for_each_other_and_are_counted_apart():
    one = said(scenario="daily_workload", entity=("shop", "cqshop"))

    result = judged(BURST, one)

    assert result.is_right
    assert (result.anomalies, result.all_anomalies) == (0, 1)


def test_an_event_type_goes_by_its_full_name_too():
    silent = replace(BURST, entities=(("event_type", "OrderCreated"),), direction="low")
    named = said(scenario="usage_intensity", entity=("event_type", "com.cqshop.order.OrderCreated"), direction="low")

    assert judged(silent, named).is_right


def test_one_incident_in_many_pieces_is_wrong_where_one_is_asked_for():
    pieces = [said(anomaly=name, scenario="usage_intensity", entity=("shop", "cqshop")) for name in "abc"]

    assert judged(replace(BURST, most=2), *pieces[:2]).is_right
    assert not judged(replace(BURST, most=2), *pieces).is_right


def test_the_end_is_looked_for():
    assert judged(GIANT, said(), said(after=40 * MINUTE, status="resolved")).is_resolved
    assert not judged(GIANT, said(), said(after=40 * MINUTE, status="resolved", anomaly="b")).is_resolved


def test_silence_is_right_when_nothing_concerns_the_case():
    elsewhere = said(scenario="price_exploit", entity=("product", "8"))
    volume = said(scenario="usage_intensity", entity=("shop", "cqshop"))
    afterwards = said(after=61 * MINUTE, scenario="price_exploit")

    assert judged(SALE).is_right
    assert judged(SALE, elsewhere, volume, afterwards).is_right


@pytest.mark.parametrize("scenario", ["price_exploit", "stock_exhaustion"])
def test_an_anomaly_about_it_breaks_silence_whatever_its_scenario(scenario: str):
    assert not judged(SALE, said(scenario=scenario)).is_right


def test_a_wrong_price_is_no_volume_but_a_fault_of_delivery_must_set_nothing_off():
    day = Truth("silent", (), BEGIN, BEGIN + DAY, BEGIN + DAY, family="daily_workload")
    price = said(scenario="price_exploit")

    assert judged(day, price).is_right
    assert not judged(day, said(scenario="usage_intensity")).is_right
    assert not judged(replace(day, is_everybodys=True), price).is_right


def test_a_changed_clock_is_forgiven_once_a_day_but_not_on_the_third():
    clocks = Truth("silent", (), BEGIN, BEGIN + 3 * DAY, BEGIN + 3 * DAY, a_day=1, family="daily_workload")
    first, second, third = (said(after=day * DAY + 1, scenario="daily_workload") for day in range(3))

    assert judged(clocks, first, second).is_right
    assert not judged(clocks, first, first).is_right
    assert not judged(clocks, third).is_right


def test_what_is_published_is_read():
    event = decode(anomaly_record(anomaly_data(entity=("product", "7"), scenario="stock_exhaustion")))

    (verdict,) = read([event])

    assert (verdict.status, verdict.scenario, verdict.entity) == ("opened", "stock_exhaustion", ("product", "7"))


def test_a_familys_score_is_the_mean_of_its_two_shares():
    results = [judged(GIANT, said()), judged(GIANT), replace(judged(SALE), family="stock_exhaustion")]

    assert scores(results) == {"detect": 0.5, "silent": 1.0, "score": 0.75}


def test_the_table_names_every_situation_and_the_clean_weeks():
    text = table(
        [judged(GIANT, said()), judged(SALE)], [CleanWeek(1, 20_000, {"price_exploit": 3}, ())], ["x: too few"]
    )

    assert "giant add" in text
    assert "1.50 false per 10,000" in text
    assert "not staged: x: too few" in text
