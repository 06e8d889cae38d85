import numpy as np

from models.volume.late import NO_LATE, Late

SPANS = (1, 3)


def _late(minute: int, since: int, n: int = 5) -> Late:
    return Late(*(np.array([value]) for value in (minute, 1, n, since)))


def test_a_late_count_is_seen_from_when_it_came_on_as_far_as_spans_reach() -> None:
    sums = np.zeros((6, 2, 2))  # minutes 100 to 105

    _late(minute=101, since=102).add_to(sums, 100, SPANS)

    assert sums[:, 0, 1].tolist() == [0, 0, 0, 0, 0, 0]  # the last minute alone: 101 was closed before it came
    assert sums[:, 1, 1].tolist() == [0, 0, 5, 5, 0, 0]  # the last three
    assert not sums[:, :, 0].any()


def test_a_late_count_of_a_minute_before_the_stretch_is_seen_too() -> None:
    sums = np.ones((3, 2, 2))

    _late(minute=98, since=100).add_to(sums, 100, SPANS)

    assert sums[:, 1, 1].tolist() == [6, 1, 1]


def test_without_late_counts_nothing_changes() -> None:
    sums = np.ones((3, 2, 2))

    NO_LATE.add_to(sums, 100, SPANS)

    assert (sums == 1).all()
