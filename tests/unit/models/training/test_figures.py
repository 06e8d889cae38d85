"""Which figures let a new model take the place of another."""

import math
from typing import Any

from models.training.figures import differences, shares_found, worse


def volume(detected: float, false: float) -> dict[str, Any]:
    kinds = {f"kind{number}": {"drawn": 10, "detected": detected} for number in range(4)}
    return {"incidents": kinds, "false_per_week": false}


def test_a_model_that_is_as_good_is_not_worse() -> None:
    assert worse(volume(0.95, 1.0), volume(0.95, 1.0)) == []
    assert worse(volume(0.95, 1.0), volume(0.93, 1.8)) == []  # by chance


def test_fewer_incidents_found_is_worse() -> None:
    (reason,) = worse(volume(0.95, 1.0), volume(0.85, 0.0))

    assert reason == "10% fewer right over all kinds of incidents"


def test_one_kind_that_is_missed_is_named() -> None:
    new = volume(0.95, 1.0)
    new["incidents"]["kind2"] = {"drawn": 10, "detected": 0.6}

    assert "kind2: 60% right, it was 95%" in worse(volume(0.95, 1.0), new)


def test_more_false_alarms_are_worse() -> None:
    (reason,) = worse(volume(0.95, 0.5), volume(1.0, 2.0))

    assert reason == "false_per_week: 2.0, it was 0.5"


def test_an_innocent_kind_is_right_when_it_is_not_reported() -> None:
    situations = {"giant": {"staged": 10, "found": 8}, "launch": {"staged": 20, "reported": 1}, "rare": {"staged": 0}}

    assert shares_found({"situations": situations}) == {"giant": 0.8, "launch": 0.95}


def test_a_figure_the_card_lacks_counts_as_different() -> None:
    (same, unknown) = differences({"a": 100.0}, {"a": 101.0, "b": 1.0})

    assert same.size < 0.02
    assert math.isnan(unknown.size)
