"""What the shop did before is no mistake, a wrong price stays one until it is corrected, and its band holds none."""

import math

import pytest

from models.scenarios import price_exploit as scenario
from tests.builders.story import DAY, HOUR, MINUTE, START, Story
from tests.unit.models.scenarios.test_price_exploit import (
    LAMP,
    announce,
    features,
    memory,
    sell,
    silent_shop,
    told_shop,
)


def test_single_odd_prices_between_ordinary_ones_are_the_way_of_the_shop() -> None:
    """What the shop did three times is no mistake the fourth time, unless the price stays so."""
    told = silent_shop()
    for number in range(3):
        sell(told, (4 + 2 * number) * DAY, 100.0 + number)
        sell(told, (4 + 2 * number) * DAY + HOUR, 20.0)
    for number in range(3):
        sell(told, 12 * DAY + number * MINUTE, 100.0)

    above = told.told(memory()).column(scenario, "far_above")

    far = pytest.approx(math.log2(5), abs=0.2)
    assert above[36:42:2] == [far] * 3
    assert above[42:] == [0.0, 0.0, far]


def test_a_discount_is_measured_against_earlier_ones_of_its_size() -> None:
    told = told_shop()
    for number in range(3):
        sell(told, 4 * DAY + number * HOUR, 17.0)
        sell(told, 4 * DAY + number * HOUR + MINUTE, 20.0)
    sell(told, 5 * DAY, 17.0)
    sell(told, 5 * DAY + MINUTE, 20.0)
    sell(told, 5 * DAY + HOUR, 12.0)

    unannounced = told.told(memory()).column(scenario, "unannounced")

    assert unannounced[-3:] == [0.0, 0.0, pytest.approx(math.log2(20 / 12), abs=0.01)]


def test_a_run_is_that_of_one_wrong_price_and_demand_that_of_a_cheap_one() -> None:
    told = silent_shop()
    for number in range(6):
        sell(told, 4 * DAY + number * MINUTE, 12.0)

    row = features(told, memory())

    assert row["run"] == 6.0
    assert row["demand"] > 1.0


def test_what_was_always_given_away_is_not_free_by_mistake() -> None:
    told = Story(scenario)
    for number in range(40):
        sell(told, number * HOUR, 0.0)

    assert told.told(memory()).column(scenario, "is_free")[0::39] == [1.0, 0.0]


def test_the_band_holds_ordinary_prices_only() -> None:
    told, held = told_shop(), memory("far_below", 1.0)
    announce(told, 4 * DAY, 2.0)
    for number in range(30):
        sell(told, 4 * DAY + number * HOUR, 2.0)

    rows = told.told(held).rows[-1]
    finding = held.explain(rows, len(rows.entities) - 1, 2.0)

    assert (finding.actual, finding.lower, finding.upper) == (2.0, 20.0, 20.0)


def test_one_right_sale_ends_the_mistake_of_a_whole_lot() -> None:
    told, held = told_shop(products=12), memory("unannounced", 1.0)
    told.told(held)
    for product in range(LAMP, LAMP + 12):
        sell(told, 4 * DAY + product * MINUTE, 20.0 * 0.053, product)
    told.told(held)

    sell(told, 4 * DAY + HOUR, 20.0, LAMP + 3)
    told.told(held)

    assert held.rows(START + 4 * DAY + 2 * HOUR) is None


def test_a_changed_line_keeps_its_price_and_ends_nothing() -> None:
    told, held = told_shop(), memory("unannounced", 1.0)
    sell(told, 4 * DAY, 2.0)
    told.say("CartLineUpdated", 4 * DAY + MINUTE, LAMP, 5, 2, 20.0)
    told.told(held)

    assert held.rows(START + 4 * DAY + HOUR) is not None


def test_a_price_of_nothing_is_a_mistake_however_often_it_happened() -> None:
    told = silent_shop()
    for number in range(5):
        sell(told, (4 + 2 * number) * DAY, 0.0)
        sell(told, (4 + 2 * number) * DAY + HOUR, 20.0)

    assert told.told(memory()).column(scenario, "far_below")[36::2] == [20.0] * 5
