"""Users who hold large parts of many products, against the stock that is left and their own baskets."""

from models.scenarios import stock_exhaustion as scenario
from tests.builders.story import DAY, HOUR, MINUTE, SECOND, Story
from tests.unit.models.scenarios.test_stock_exhaustion import ANNA, LAMP, memory, order, put, story


def test_a_user_with_many_products_is_measured_against_his_own_baskets() -> None:
    told, held = Story(scenario), memory()
    products = range(LAMP, LAMP + 8)
    for product in products:
        told.say("ProductAddedToWarehouse", 0, product, pieces=100, price=5.0)
    for day in (1, 2):
        for product in products:
            put(told, day * DAY + product * SECOND, ANNA, 20, product)
        if day == 1:
            order(told, day * DAY + MINUTE, ANNA, 20)

    rows = told.told(held).rows[-1]

    users = [index for index, entity in enumerate(rows.entities) if entity.kind_name == "user"]
    basket = scenario.SPEC.features.index("times_basket")
    assert rows.values[users[-1], basket] == 1.0


def test_a_third_of_what_is_left_is_a_large_share() -> None:
    """INVARIANT: who collects from many products is seen also where most of the stock is sold already."""
    told, held = Story(scenario), memory()
    products = range(LAMP, LAMP + 6)
    for product in products:
        told.say("ProductAddedToWarehouse", 0, product, pieces=100, price=5.0)
        told.say("ProductUpdatedInWarehouse", DAY, product, pieces=35, price=5.0)
        put(told, DAY + HOUR + product * SECOND, ANNA, 10, product)

    last = told.told(held).contexts()[-1].moment

    assert (last.is_user, last.products) == (1, 6)


def test_where_no_stock_is_told_nobody_holds_a_large_part_of_it() -> None:
    """REGRESSION: a shop without a warehouse has ordinary baskets of dozens of products."""
    told, held = Story(scenario), memory()
    for product in range(LAMP, LAMP + 30):
        put(told, HOUR + product * SECOND, ANNA, 2, product)

    moments = [context.moment for context in told.told(held).contexts()]

    assert not any(moment.is_user for moment in moments)


def test_a_crowd_began_with_its_first_whoever_of_it_holds_most_when_one_looks() -> None:
    """INVARIANT: the start names the anomaly, so it depends on no moment of judgement."""
    told, held = story(), memory()
    for user in range(200, 230):
        told.say("UserAccountCreated", HOUR + user * SECOND, user=user)
        put(told, HOUR + user * SECOND + MINUTE, user, 2)

    moments = [context.moment for context in told.told(held).contexts()]

    (begun,) = {moment.begun for moment in moments if moment.fresh_users >= 10}
    assert begun < min(moment.since for moment in moments)
