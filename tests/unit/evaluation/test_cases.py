import numpy as np
import pytest

from tests.evaluation.cases import BY_FAMILY, Case, draw_case
from tests.evaluation.scene import NotStageable
from tests.evaluation.situations import Situation
from tests.evaluation.spans import HOUR, MINUTE
from tests.unit.evaluation.small import LARGE, MIDDLE, SMALL, history

EVERY = [(family, one) for family, held in BY_FAMILY.items() for one in held]
NAMES = [one.name for _, one in EVERY]


def case(name: str, seed: int = MIDDLE, draw: int = 0) -> Case:
    family, situation = next(pair for pair in EVERY if pair[1].name == name)
    return draw_case(history(seed), family, situation, draw)


@pytest.mark.parametrize(("family", "situation"), EVERY, ids=NAMES)
def test_the_truth_lies_inside_the_log(family: str, situation: Situation):
    staged = 0
    for seed in (SMALL, MIDDLE, 2 * SMALL, 8):
        try:
            one = draw_case(history(seed), family, situation, 0)
        except NotStageable:
            continue
        staged += 1
        assert (one.truth.family, one.truth.situation) == (family, situation.name)
        assert one.begin <= one.truth.begin <= one.truth.deadline < one.end
        assert one.truth.begin <= one.truth.end < one.end
        assert one.messages.time.min() < one.truth.begin or one.truth.begin == one.begin
        assert one.begin >= history(seed).world.trained_until
    assert staged


def test_a_draw_is_reproducible_and_another_draw_is_another_case():
    first, again, other = case("giant add"), case("giant add"), case("giant add", draw=1)

    assert first.truth == again.truth
    assert first.messages.uid.tolist() == again.messages.uid.tolist()
    assert first.truth != other.truth


def test_a_zero_price_is_sold_at_by_the_deadline():
    one = case("zero price")
    number = int(one.truth.entities[0][1])
    sold = one.messages.take(one.messages.of("ProductAddedToCart") & (one.messages.product == number))

    given_away = sold.time[sold.price == 0]

    assert one.truth.begin <= given_away.min() <= one.truth.deadline
    assert given_away.max() < one.truth.end + HOUR / 60


def test_a_giant_add_asks_for_most_of_the_stock_at_once():
    one = case("giant add")
    number, who = (int(name) for _, name in one.truth.entities)
    asked = one.messages.of("AddingProductToCartRequested") & (one.messages.user == who)
    usual = int(history(MIDDLE).world.products.stock[number - 1])

    assert one.messages.quantity[asked & (one.messages.product == number)].max() > usual * 0.3


def test_fresh_accounts_together_hold_nine_tenths_by_the_deadline_and_not_before():
    one = case("many fresh accounts")
    held = one.messages.of("ProductReservationCreated") & (one.messages.product == int(one.truth.entities[0][1]))
    registered = one.messages.user[one.messages.of("UserAccountCreated")]
    fresh = held & np.isin(one.messages.user, registered) & (one.messages.time <= one.truth.deadline)

    assert np.count_nonzero(fresh) > 10
    assert one.messages.quantity[fresh].max() <= 3


def test_half_the_traffic_is_gone_and_comes_back():
    one = case("half the traffic gone at the peak", seed=LARGE)
    time = one.messages.time
    during = np.count_nonzero((time >= one.truth.begin) & (time < one.truth.end)) / (one.truth.end - one.truth.begin)
    before = np.count_nonzero((time >= one.truth.begin - HOUR) & (time < one.truth.begin)) / HOUR

    assert 0.35 < during / before < 0.75


def test_requests_go_on_when_they_have_no_effect():
    one = case("requests without effect", seed=LARGE)
    during = (one.messages.time >= one.truth.begin) & (one.messages.time < one.truth.end)
    asked = np.count_nonzero(during & one.messages.of("AddingProductToCartRequested"))
    done = np.count_nonzero(during & one.messages.of("ProductReservationCreated"))

    assert 0.1 < done / asked < 0.5


def test_what_nobody_could_know_is_not_staged():
    with pytest.raises(NotStageable, match="too quiet"):
        case("a service stops 5 min at the peak", seed=SMALL)


def test_a_budget_is_never_shorter_than_listed_nor_than_what_visits_can_tell():
    one = case("half the traffic gone at the peak", seed=LARGE)

    assert one.truth.deadline >= one.truth.listed >= one.truth.begin + 14 * MINUTE
