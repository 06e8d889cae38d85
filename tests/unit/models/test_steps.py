from collections.abc import Sequence

import numpy as np

from models.facts import EntityKind, Facts, facts
from models.steps import MOST_MS, STEP_MS, in_steps, is_far, seen_since

HOUR = 3_600_000


def seen(*times: int) -> Facts:
    size = len(times)
    ids, offsets = np.array(["e"] * size, object), np.arange(size)
    return facts(EntityKind.USER, np.full(size, 7), np.array(times), 1_000, 1, offset=offsets, event_id=ids)


def known(times: Sequence[int], lateness_ms: int = 0) -> list[int]:
    """The watermark of the look at which each event is first known; looks lead from one hour to the next."""
    rounds = in_steps(HOUR, 2 * HOUR, lateness_ms, [("log/0", seen(*times))])
    (news,) = rounds.news
    looks = dict(zip(news.facts.first.tolist(), rounds.watermarks[news.round].tolist(), strict=True))
    return [looks[time] for time in times]


def test_an_hour_is_looked_at_in_steps_and_ends_at_the_watermark() -> None:
    watermarks = in_steps(HOUR + 1, 2 * HOUR + 5, 0, []).watermarks.tolist()

    assert watermarks[0] == HOUR + STEP_MS
    assert set(np.diff(watermarks[:-1])) == {STEP_MS}
    assert watermarks[-2:] == [2 * HOUR, 2 * HOUR + 5]


def test_an_event_is_known_to_the_first_look_behind_it_in_whatever_order_it_came() -> None:
    late, early, beyond = HOUR + 25_000, HOUR + 5_000, 3 * HOUR

    assert known([late, early, beyond]) == [HOUR + 3 * STEP_MS, HOUR + STEP_MS, 2 * HOUR]


def test_with_lateness_a_look_knows_what_lies_so_far_ahead_of_its_watermark() -> None:
    assert known([HOUR + 35_000], lateness_ms=30_000) == [HOUR + STEP_MS]


def test_what_is_older_than_two_days_is_taken_in_by_the_first_look() -> None:
    watermarks = in_steps(HOUR, HOUR + 9 * MOST_MS, 0, []).watermarks

    assert len(watermarks) <= MOST_MS // STEP_MS + 1


def test_only_a_jump_is_taken_in_steps() -> None:
    assert [is_far(0, HOUR), is_far(HOUR, HOUR + STEP_MS), is_far(HOUR, 2 * HOUR)] == [False, False, True]


def test_the_first_look_of_all_begins_with_the_first_fact_and_later_ones_with_the_watermark() -> None:
    parts = [("log/0", seen(2 * HOUR, HOUR)), ("log/1", seen())]

    assert [seen_since(0, parts), seen_since(3 * HOUR, parts), seen_since(0, parts[1:])] == [HOUR, 3 * HOUR, 0]
