"""Who holds how much of what, whatever the producer tells and in whatever order it is heard."""

import random

import numpy as np
import pytest

from models.census import Census
from models.columns import MISSING
from models.facts import Facts
from models.scenarios import stock_exhaustion as scenario
from models.scenarios.line_sizes import ENOUGH
from models.scenarios.stock_book import KEEP_HOLDING_MS
from models.scenarios.stock_memory import StockMemory
from models.training.situations_script import Script
from tests.builders.story import DAY, HOUR, MINUTE, SECOND, START, Beyond, Story

LAMP, CHAIR = 7, 8
ANNA, BERT = 101, 102


def story(stock: int = 100) -> Story:
    told = Story(scenario)
    told.say("ProductAddedToWarehouse", 0, LAMP, pieces=stock, price=5.0)
    return told


def put(told: Story, at: float, user: int, pieces: int, product: int = LAMP) -> None:
    """As a shop with reservations tells it: the same pieces three times."""
    told.say("AddingProductToCartRequested", at, product, user, pieces)
    told.say("ProductReservationCreated", at + 100, product, user, pieces)
    told.say("ProductAddedToCart", at + 200, product, user, pieces, 5.0)


def take_out(told: Story, at: float, user: int, product: int = LAMP) -> None:
    told.say("ProductRemovedFromCart", at, product, user)
    told.say("ProductReservationRemoved", at + 100, product, user)


def order(told: Story, at: float, user: int, pieces: int, product: int = LAMP) -> None:
    told.say("OrderCreated", at, user=user)
    told.say("ReservationMaterialized", at + 200, product, user, pieces)
    told.say("CartLineRemoved", at + 300, product, user, pieces, 5.0)


def memory() -> StockMemory:
    return scenario.new_memory(None, {})


def test_pieces_told_of_three_times_are_held_once() -> None:
    told, held = story(), memory()
    put(told, HOUR, ANNA, 40)

    last = told.told(held).contexts()[-1].moment

    assert (last.pieces, last.all_pieces, last.user) == (40, 40, ANNA)


def test_a_request_that_was_refused_is_asked_for_but_not_held() -> None:
    told, held = story(), memory()
    told.say("AddingProductToCartRequested", HOUR, LAMP, ANNA, 120)

    last = told.told(held).contexts()[-1].moment

    assert (last.pieces, last.asked) == (0, 120)


def test_an_order_sets_free_and_takes_from_the_stock() -> None:
    told, held = story(), memory()
    put(told, HOUR, ANNA, 40)
    order(told, HOUR + MINUTE, ANNA, 40)

    told.told(held)

    item = held.book.items[LAMP]
    assert (item.open, item.stock, item.record) == (0, 60, 40)
    assert held.book.shoppers[ANNA].record == 40


def test_an_order_is_not_measured_against_itself() -> None:
    told, held = story(), memory()
    put(told, HOUR, ANNA, 40)
    order(told, HOUR + SECOND, ANNA, 40)

    moments = told.told(held).contexts()

    assert {context.moment.product_record for context in moments} == {0}
    assert {context.moment.user_record for context in moments} == {0}


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_sources_are_heard_changes_nothing_in_the_end(seed: int) -> None:
    """INVARIANT: who holds what does not depend on how events fell into batches."""
    told, held = story(), memory()
    put(told, HOUR, ANNA, 30)
    take_out(told, HOUR + MINUTE, ANNA)
    put(told, HOUR + 2 * MINUTE, BERT, 20)
    put(told, HOUR + 3 * MINUTE, ANNA, 10)
    order(told, HOUR + 4 * MINUTE, BERT, 20)
    facts = told.facts()
    rows = list(range(len(facts)))
    random.Random(seed).shuffle(rows)

    for row in rows:  # every fact in a round of its own, late or early
        held.absorb("cart-events/0", facts.take(np.array([row])))
        held.rows(0)

    item = held.book.items[LAMP]
    assert (item.open, item.top, item.stock) == (10, ANNA, 80)
    assert {user: holding.open for user, holding in item.holdings.items()} == {ANNA: 10, BERT: 0}


def test_what_was_added_and_removed_within_one_round_is_still_seen() -> None:
    told, held = story(), memory()
    put(told, HOUR, ANNA, 95)
    take_out(told, HOUR + 5 * SECOND, ANNA)

    taken = told.told(held, round_ms=HOUR).column(scenario, "share_taken")

    assert max(taken) == pytest.approx(0.95)


def test_the_last_piece_is_a_small_part_of_the_full_stock() -> None:
    told, held = story(), memory()
    told.say("ProductUpdatedInWarehouse", HOUR, LAMP, pieces=1, price=5.0)
    put(told, 2 * HOUR, ANNA, 1)

    assert max(told.told(held).column(scenario, "share_taken")) == pytest.approx(3 / 100)


def test_a_cart_without_its_user_is_joined_through_its_creation() -> None:
    script = Script()
    script.say("UserCartCreated", START, user=ANNA)
    script.say("ProductAddedToCart", START + MINUTE, LAMP, MISSING, 9, 5.0)
    columns = script.columns()
    columns.cart[:] = 5
    held = memory()

    held.absorb("cart-events/0", scenario.accumulate(columns).grouped())
    held.rows(0)

    assert held.book.items[LAMP].holdings[ANNA].open == 9


def test_a_shop_that_knows_carts_only_is_understood() -> None:
    script = Script()
    script.say("ProductAddedToCart", START, LAMP, MISSING, 9, 5.0)
    columns = script.columns()
    columns.cart[:] = 5
    held = memory()

    held.absorb("cart-events/0", scenario.accumulate(columns).grouped())
    held.rows(0)

    assert held.book.items[LAMP].holdings[5].open == 9


def test_pieces_put_back_and_taken_again_add_up() -> None:
    told, held = story(), memory()
    for cycle in range(3):
        put(told, HOUR + cycle * 10 * MINUTE, ANNA, 70)
        take_out(told, HOUR + cycle * 10 * MINUTE + 5 * MINUTE, ANNA)

    returned = told.told(held).column(scenario, "share_returned")

    assert returned[0] == 0.0
    assert max(returned) > 1.0


def test_time_alone_makes_a_large_holding_suspicious() -> None:
    """INVARIANT: silence is judged. Nothing is said after the add, and the holding is judged again all the same."""
    told, held = story(), memory()
    put(told, HOUR, ANNA, 60)
    assert max(told.told(held).column(scenario, "share_kept")) == 0.0

    later = held.rows(START + 2 * HOUR)

    assert later is not None
    assert later.values[-1, scenario.SPEC.features.index("share_kept")] == pytest.approx(0.6)
    assert held.rows(START + 2 * HOUR + SECOND) is None


def test_newcomers_make_a_crowd_and_old_customers_do_not() -> None:
    told, held = story(), memory()
    for user in range(200, 230):
        told.say("UserAccountCreated", HOUR + user * SECOND, user=user)
        put(told, HOUR + user * SECOND + MINUTE, user, 2)

    newcomers = told.told(held).column(scenario, "share_of_crowd")
    told.say("ProductAddedToWarehouse", DAY, CHAIR, pieces=100, price=5.0)
    for user in range(300, 330):
        told.say("UserAccountCreated", 2 * DAY, user=user)
        put(told, 4 * DAY + user * SECOND, user, 2, CHAIR)
    rows = told.told(held)
    old = [
        share
        for share, entity in zip(rows.column(scenario, "share_of_crowd"), rows.entities(), strict=True)
        if entity == ("product", str(CHAIR))
    ]

    assert max(newcomers) == pytest.approx(0.6, abs=0.02)
    assert set(old) == {0.0}


def test_who_takes_a_quarter_of_many_products_is_named() -> None:
    told, held = Story(scenario), memory()
    for product in range(1, 31):
        told.say("ProductAddedToWarehouse", product * SECOND, product, pieces=100, price=5.0)
        put(told, HOUR + product * 10 * SECOND, ANNA, 28, product)

    rows = told.told(held)

    assert ("user", str(ANNA)) in rows.entities()
    assert max(rows.column(scenario, "stocks_held")) == pytest.approx(30 * 0.28, abs=0.01)


def test_where_no_stock_is_told_the_largest_lines_say_what_is_giant() -> None:
    prior = scenario.new_memory(None, {})
    for pieces in [6] * 3_000 + [500] * 5:
        prior.book.sizes.add(pieces)
    held = scenario.new_memory(None, {"line_sizes": prior.book.sizes.counts})
    told = Story(scenario)
    told.say("AddingProductToCartRequested", HOUR, LAMP, ANNA, 50_000)
    told.say("ProductAddedToCart", HOUR + 120, LAMP, ANNA, 50_000, 1.0)

    rows = told.told(held)

    assert max(rows.column(scenario, "times_largest")) == pytest.approx(100, rel=0.15)
    assert set(rows.column(scenario, "share_taken")) == {-1.0}


def test_a_product_is_known_by_its_stock_level_or_by_the_shops_order_lines() -> None:
    told, held = story(), memory()
    put(told, HOUR, ANNA, 2)
    put(told, HOUR, ANNA, 2, product=CHAIR)
    told.told(held)
    assert held.census(START + HOUR) == Census(1, 1)

    for _ in range(ENOUGH):
        held.book.sizes.add(2)

    assert held.census(START + HOUR) == Census(2, 0)


def test_pieces_lost_sight_of_are_forgotten() -> None:
    told, held = story(), memory()
    put(told, HOUR, ANNA, 60)
    told.told(held)

    held.forget(START + HOUR + KEEP_HOLDING_MS + MINUTE)

    assert held.book.items[LAMP].open == 0
    assert held.book.items[LAMP].holdings == {}
    assert held.book.shoppers[ANNA].products == set()


def test_a_finding_says_who_holds_how_much_of_what_for_how_long() -> None:
    told = story(1_000)
    held = scenario.new_memory(Beyond(scenario, "share_taken", 0.5), {})
    put(told, HOUR, BERT, 12)
    order(told, HOUR + MINUTE, BERT, 12)
    put(told, 2 * HOUR, ANNA, 940)
    told.told(held)
    rows = held.rows(START + 2 * HOUR + 6 * MINUTE)
    assert rows is not None

    finding = held.explain(rows, len(rows.start) - 1, 1.9)

    assert finding.summary == (
        "User 101 holds 940 of 988 pieces (95%) of product 7 for 6 min without ordering; "
        "the largest order of it so far was 12."
    )
    assert (finding.actual, finding.expected, finding.impact and finding.impact.amount) == (940, 12, 940)
    assert finding.contributions[0].feature == "share_taken"
    assert finding.evidence[0].topic == "cart-events"


def test_facts_wait_in_a_bounded_queue_while_nobody_judges() -> None:
    held = memory()
    told = story()
    for second in range(300):
        put(told, HOUR + second * SECOND, 1_000 + second, 1)
    facts = told.facts().grouped()

    for _ in range(80):
        held.absorb("cart-events/0", facts)

    assert held.pending.size < 60_000
    assert isinstance(facts, Facts)
