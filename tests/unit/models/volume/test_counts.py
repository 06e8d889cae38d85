"""Minutes close in order of event time, whatever the batches were."""

import numpy as np
import pytest

from models.training.volume_log import MinuteLog
from models.volume.counts import DAY, OPEN_MINUTES, WARM_UP, MinuteCounts
from models.volume.families import width
from models.windows import MINUTE
from tests.builders.volume import minute_log

LOG = minute_log(1, seed=3).cut(29_538_720 + 18 * 60, 29_538_720 + 24 * 60)  # an evening: no minute is empty
HOUR = 60


def filled(until: int, step: int) -> MinuteCounts:
    """Counts of the log's first minutes, closed `step` minutes at a time."""
    counts = MinuteCounts()
    for first in range(LOG.first, LOG.first + until, step):
        counts.absorb(LOG.facts(first, first + step))
        counts.close((first + step) * MINUTE)
    return counts


@pytest.mark.parametrize("step", [1, 7, 240])
def test_closed_minutes_do_not_depend_on_how_they_were_batched(step: int) -> None:
    counts = filled(240, step)

    first = counts.known_from
    assert first == LOG.first + WARM_UP
    seen = counts.window(first, LOG.first + 240)
    assert np.array_equal(seen, LOG.counts[WARM_UP:240])


def test_nothing_is_judged_while_warming_up() -> None:
    counts = MinuteCounts()
    counts.absorb(LOG.facts(LOG.first, LOG.first + WARM_UP))

    first, last = counts.close((LOG.first + WARM_UP) * MINUTE)

    assert first == last


def test_a_single_event_hours_before_the_rest_is_no_start() -> None:
    counts = MinuteCounts()
    counts.absorb(LOG.facts(LOG.first, LOG.first + 1))
    counts.absorb(LOG.facts(LOG.first + 5 * HOUR, LOG.first + 6 * HOUR))

    first, _ = counts.close((LOG.first + 6 * HOUR) * MINUTE)

    assert first >= LOG.first + 5 * HOUR


def test_a_stray_event_of_long_ago_is_not_the_beginning_of_time() -> None:
    counts = MinuteCounts()
    counts.absorb(LOG.facts(LOG.first, LOG.first + 20))
    counts.opened[1] = counts.opened[LOG.first].copy()

    counts.close((LOG.first + 20) * MINUTE)

    assert counts.closed_until == LOG.first + 20
    assert counts.dropped == 1


def test_a_late_event_counts_but_is_not_judged_again() -> None:
    counts = filled(120, 60)
    late = LOG.facts(LOG.first + 100, LOG.first + 101)
    before = counts.window(LOG.first + 100, LOG.first + 101)

    counts.absorb(late)

    assert np.array_equal(counts.window(LOG.first + 100, LOG.first + 101), 2 * before)
    assert counts.close((LOG.first + 120) * MINUTE) == (LOG.first + 120, LOG.first + 120)


def test_minutes_far_ahead_are_bounded_and_counted() -> None:
    counts = filled(60, 60)
    far = LOG.facts(LOG.first, LOG.first + 1)
    for ahead in range(OPEN_MINUTES + 5):
        counts.opened[LOG.first + 1000 + ahead] = np.zeros_like(LOG.counts[0])
    counts.absorb(far.with_increments(far.n, far.amount))

    counts.absorb(LOG.facts(LOG.first + 70, LOG.first + 71))

    assert counts.dropped == 1


def test_saved_counts_go_on_as_if_nothing_had_happened() -> None:
    counts = filled(180, 60)

    again = MinuteCounts.restored(counts.save())

    for held in (counts, again):
        held.absorb(LOG.facts(LOG.first + 180, LOG.first + 240))
        held.close((LOG.first + 240) * MINUTE)
    assert np.array_equal(again.minutes, counts.minutes)
    assert again.known_from == counts.known_from
    assert {day: sums.sum() for day, sums in again.days.items()} == {d: s.sum() for d, s in counts.days.items()}


def test_a_day_on_which_nothing_happened_was_whole_unless_nobody_could_see() -> None:
    counts, first = MinuteCounts(), 20_000
    for day in (0, 1, 3, 4):
        minute = (first + day) * DAY + np.arange(DAY)
        counts.absorb(
            MinuteLog(int(minute[0]), np.ones((DAY, width()), np.int32)).facts(int(minute[0]), int(minute[-1]))
        )
    for day in range(6):
        counts.close((first + day) * DAY * MINUTE)

    whole = counts.whole_days()
    assert sorted(whole) == [first + day for day in (1, 2, 3, 4)]
    assert not whole[first + 2].any()
    counts.doubt((first + 3) * DAY * MINUTE)
    assert sorted(counts.whole_days()) == [first + day for day in (1, 3, 4)]


def test_what_one_call_closes_is_bounded_and_nothing_behind_it_counts_as_closed() -> None:
    counts, first = MinuteCounts(), 20_000 * DAY
    counts.absorb(MinuteLog(first, np.ones((3 * DAY, width()), np.int32)).facts(first, first + 3 * DAY))
    counts.close((first + DAY) * MINUTE)
    watermark = (first + 3 * DAY) * MINUTE + 500

    assert counts.close(watermark) == (first + DAY, first + 2 * DAY)
    assert counts.closed_to(watermark) == (first + 2 * DAY) * MINUTE
    assert counts.close(watermark) == (first + 2 * DAY, first + 3 * DAY)
    assert counts.closed_to(watermark) == watermark
