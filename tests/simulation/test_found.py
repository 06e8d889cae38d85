"""Schedules that were found to go wrong, as short as they can be told."""

from faust.types import TP

from tests.simulation.machine import Schedule

CARTS = TP("cart-events", 0)
SAID = [(CARTS, 0, 1, 0, 1)]
ALL_TO_ONE = [0, 0, 0, 0, 0]
CARTS_TO_ANOTHER = [1, 0, 0, 0, 0]


def test_a_batch_that_waited_says_nothing_of_what_came_meanwhile() -> None:
    """INVARIANT: a source is complete up to when the broker had no more, not up to when we found time to look at it."""
    schedule = Schedule()
    schedule.start(snapshots=(0.0, 0.0, 0.0), together=(1, 1, 1), owners=ALL_TO_ONE)
    schedule.wait(21)
    schedule.say(SAID)
    schedule.rebalance(CARTS_TO_ANOTHER)
    schedule.fetch(at=1, which=0, most=1)
    schedule.wait(29)
    schedule.say(SAID)
    schedule.wait(40)

    schedule.teardown()
