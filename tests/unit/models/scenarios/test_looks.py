"""What stands is judged again at fixed times, so it does not matter how records came together."""

from models.rows import Rows
from models.scenarios import price_exploit, stock_exhaustion
from models.scenarios.looks import MOST_MS, Looks
from models.spec import Memory, Scenario
from tests.builders.story import HOUR, MINUTE, SECOND, START, Beyond, Story

LAMP, ANNA, BERT = 7, 101, 102
ROUNDS = (SECOND, 7 * SECOND, 13 * SECOND, MINUTE, 40 * MINUTE)  # event time judged at once


def wrong_price() -> Story:
    """A wrong price that a sale ends two seconds behind a look, and a right price announced soon after another one."""
    told = Story(price_exploit)
    told.say("ProductUpdatedInWarehouse", 0, LAMP, pieces=100, price=20.0)
    usual, strange = [(minute, 20.0) for minute in range(1, 50, 4)], ((61, 2.0), (70.1, 2.0), (88, 2.0), (92, 2.0))
    for minute, price in sorted([*usual, *strange, (75 + 2 / 60, 20.0), (89, 20.0)]):
        told.say("ProductAddedToCart", minute * MINUTE, LAMP, ANNA, 1, price)
    told.say("ProductUpdatedInWarehouse", 92.1 * MINUTE, LAMP, pieces=100, price=21.0)
    told.say("ProductAddedToCart", 110 * MINUTE, LAMP, ANNA, 1, 21.0)
    return told


def large_holding() -> Story:
    """Pieces held for two minutes and some seconds, and pieces held by another one until the end."""
    told = Story(stock_exhaustion)
    told.say("ProductAddedToWarehouse", 0, LAMP, pieces=100, price=5.0)
    for minute, user, pieces in ((60.4, ANNA, 60), (65.2, BERT, 35)):
        told.say("ProductReservationCreated", minute * MINUTE, LAMP, user, pieces)
        told.say("ProductAddedToCart", minute * MINUTE + 200, LAMP, user, pieces, 5.0)
    told.say("ProductRemovedFromCart", 63 * MINUTE + 3 * SECOND, LAMP, ANNA)
    told.say("ProductReservationRemoved", 63 * MINUTE + 3 * SECOND, LAMP, ANNA)
    return told


def looks(told: Story, memory: Memory, round_ms: int, until: int) -> list[tuple[int, str, list[float]]]:
    """Minute, entity and features of the rows that are of fixed times."""
    rows = told.told(memory, round_ms=round_ms, until=until).rows
    return [one for part in rows for one in _at_full_minutes(part)]


def _at_full_minutes(rows: Rows) -> list[tuple[int, str, list[float]]]:
    minutes = ((rows.end - START) / MINUTE).tolist()
    found = zip(minutes, rows.entities, rows.values.round(4).tolist(), strict=True)
    return [(int(minute), entity.id, values) for minute, entity, values in found if minute.is_integer() and minute > 60]


def test_a_wrong_price_that_stands_is_looked_at_at_the_same_times() -> None:
    """INVARIANT: a sale two seconds behind a look does not undo it, whether or not both came at once."""
    model = Beyond(price_exploit, "far_below", 1.0)
    found = [looks(wrong_price(), price_exploit.new_memory(model, {}), each, 2 * HOUR) for each in ROUNDS]

    assert [minute for minute, _, _ in found[0]] == [61, 65, 70, 75, 88, 89, 92, 110]  # sales, and looks from 65 to 75
    assert all(other == found[0] for other in found)


def test_what_is_held_is_looked_at_at_the_same_times_as_it_stood_then() -> None:
    found = [_held(stock_exhaustion, each) for each in ROUNDS]

    assert [minute for minute, _, _ in found[0]] == [61, 62, 63, *range(66, 81)]
    assert all(other == found[0] for other in found)


def _held(scenario: Scenario, round_ms: int) -> list[tuple[int, str, list[float]]]:
    return looks(large_holding(), scenario.new_memory(None, {}), round_ms, 80 * MINUTE)


def test_a_look_is_told_once_and_none_is_left_out() -> None:
    due = Looks(MINUTE, 10 * MINUTE)

    assert list(due.due(11 * MINUTE - 1)) == []
    assert list(due.due(11 * MINUTE)) == [11 * MINUTE]
    assert list(due.due(11 * MINUTE + 5)) == []
    assert list(due.due(14 * MINUTE + 5)) == [12 * MINUTE, 13 * MINUTE, 14 * MINUTE]
    assert list(due.due(2 * MINUTE)) == []
    assert due.at == 14 * MINUTE


def test_after_weeks_only_the_newest_looks_are_due() -> None:
    weeks = 30 * 24 * HOUR

    due = Looks(MINUTE, 0).due(weeks + 5)

    assert (due[0], due[-1], len(due)) == (weeks - MOST_MS, weeks, MOST_MS // MINUTE + 1)
