import pytest

from models.clock import Clock, EventClock, WallClock
from stream_app.complete import KEEPS_UP_SECONDS, Complete

SOURCE = "cart-events/0"
BEHIND = (False, 0)
NOW = 1_000.0


class Wall:
    now = NOW

    def __call__(self) -> float:
        return self.now


def complete(clock: type[WallClock] | None = WallClock) -> tuple[Complete, Wall]:
    wall = Wall()
    held: Clock = clock(wall) if clock else EventClock()
    return Complete(held, wall), wall


@pytest.mark.parametrize("clock", [WallClock, None])
def test_a_source_with_nothing_left_is_complete_up_to_now(clock: type[WallClock] | None) -> None:
    held, _ = complete(clock)

    assert held.until(SOURCE, NOW) == (True, 1_000_000 if clock else 0)


def test_a_busy_source_is_complete_up_to_when_it_was_last_read_to_its_end() -> None:
    """INVARIANT: what is said to be complete was counted. A batch on its way is later than that moment."""
    held, wall = complete()
    held.until(SOURCE, NOW)

    wall.now += KEEPS_UP_SECONDS / 2

    assert held.until(SOURCE, None) == (True, 1_000_000)


def test_what_waited_here_says_nothing_of_what_came_meanwhile() -> None:
    held, wall = complete()

    wall.now += 60

    assert held.until(SOURCE, NOW) == (True, 1_000_000)


def test_an_older_answer_of_the_broker_takes_nothing_back() -> None:
    held, _ = complete()
    held.until(SOURCE, NOW)

    assert held.until(SOURCE, NOW - 0.5) == (True, 1_000_000)


def test_a_source_that_does_not_keep_up_is_behind() -> None:
    held, wall = complete()
    held.until(SOURCE, NOW)

    wall.now += KEEPS_UP_SECONDS * 1.1

    assert held.until(SOURCE, None) == BEHIND
    assert held.until("cart-events/1", None) == BEHIND


def test_where_the_log_is_the_clock_a_batch_on_its_way_is_behind() -> None:
    """Hours of a log may be on their way within a second."""
    held, _ = complete(None)
    held.until(SOURCE, NOW)

    assert held.until(SOURCE, None) == BEHIND


def test_a_source_that_is_read_anew_is_behind_until_it_is_read_to_its_end() -> None:
    held, _ = complete()
    held.until(SOURCE, NOW)

    held.forget(SOURCE)

    assert held.until(SOURCE, None) == BEHIND
