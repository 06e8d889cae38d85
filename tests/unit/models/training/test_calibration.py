"""A threshold that an alert budget asks for."""

import numpy as np
import pytest
import typer

from models.cli.calibrate import weekly
from models.spec import Policy
from models.training.calibration import Scored, factor_for, opened
from models.windows import MINUTE

POLICY = Policy(resolve_after_ms=15 * MINUTE, pause_ms=30 * MINUTE)
WIDE = (0.0, np.inf)
WEEKS = 4.0


def clean(weeks: float = WEEKS, seed: int = 3) -> Scored:
    """Scores of one entity, a row every ten minutes, with an exponential tail."""
    n = int(weeks * 7 * 144)
    end = np.arange(n, dtype=np.int64) * 10 * MINUTE
    return Scored([(0, "cqshop")] * n, end - MINUTE, end, np.random.default_rng(seed).exponential(0.15, n))


@pytest.mark.parametrize("per_week", [0.5, 1.0, 3.0])
def test_a_clean_log_opens_no_more_than_the_budget(per_week: float) -> None:
    rows = clean()

    factor = factor_for(rows, WEEKS, per_week, POLICY, WIDE)

    assert opened(rows, factor, POLICY) <= per_week * WEEKS
    assert opened(clean(seed=4), factor, POLICY) <= 2 * per_week * WEEKS + 2  # other weeks, same shop


def test_a_larger_budget_gives_a_lower_threshold() -> None:
    rows = clean()

    assert factor_for(rows, WEEKS, 0.25, POLICY, WIDE) > factor_for(rows, WEEKS, 3.0, POLICY, WIDE)


def test_a_log_on_which_nothing_is_strange_lowers_the_threshold_to_its_limit_only() -> None:
    rows = clean()
    quiet = rows._replace(score=rows.score * 0.0)

    assert factor_for(quiet, WEEKS, 1.0, POLICY, (0.8, 1.65)) == 0.8


def test_a_threshold_stays_where_the_model_can_reach_it() -> None:
    rows = clean()

    assert factor_for(rows._replace(score=rows.score * 50), WEEKS, 0.5, POLICY, (0.8, 1.65)) == 1.65


def test_anomalies_are_opened_as_the_policy_says() -> None:
    end = np.array([0, 10, 20, 60, 70], np.int64) * MINUTE
    rows = Scored([(0, "cqshop")] * 5, end - MINUTE, end, np.array([1.2, 1.3, 0.1, 0.1, 1.4]))

    assert opened(rows, 1.0, POLICY) == 2
    assert opened(rows, 1.25, POLICY) == 2
    assert opened(rows, 1.5, POLICY) == 0


@pytest.mark.parametrize("budget", ["", "2", "x/week", "-1/week", "1/month", "inf/week", "nan/week"])
def test_a_budget_is_a_number_a_week_or_a_day(budget: str) -> None:
    with pytest.raises(typer.BadParameter, match="how many a week or a day"):
        weekly(budget)
