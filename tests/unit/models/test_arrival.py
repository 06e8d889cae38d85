"""When records arrived, in logs that do not say so."""

import numpy as np
import pytest

from models.arrival import FOLLOWING, arrivals

HOUR = 3_600_000


def test_a_busy_producer_whose_clock_runs_ahead_does_not_move_time() -> None:
    rng = np.random.default_rng(3)
    true = np.sort(rng.integers(0, 4 * HOUR, 4_000))
    ahead = np.repeat(rng.random(400) < 0.35, 10)  # ten in a row, as a big order brings them
    said = true + np.where(ahead, 2 * HOUR, 0)

    guessed = arrivals(np.zeros(len(said), np.int64), said, 0)

    assert (guessed - true).max() < 60_000
    assert np.median(true - guessed) < 60_000


def test_a_night_with_gaps_of_many_minutes_is_believed() -> None:
    time = np.cumsum(np.full(200, 7 * 60_000))

    assert arrivals(np.zeros(len(time), np.int64), time, 0).tolist() == time.tolist()


def guess(time: np.ndarray, size: int) -> np.ndarray:
    """The arrivals of a log that is read so many records at a time."""
    parts, floor = [], 0
    for first in range(0, len(time), size):
        part, after = time[first : first + size], time[first + size : first + size + FOLLOWING]
        parts.append(arrivals(np.zeros(len(part), np.int64), part, floor, after))
        floor = int(parts[-1][-1])
    return np.concatenate(parts)


@pytest.mark.parametrize("size", [150, 500, 2_000])
def test_a_shop_that_is_closed_at_night_is_believed_wherever_a_part_of_the_log_ends(size: int) -> None:
    day = np.sort(np.random.default_rng(4).integers(0, 9 * HOUR, 400))
    time = np.concatenate([day + 24 * HOUR * number for number in range(5)])

    assert guess(time, size).tolist() == time.tolist()


@pytest.mark.parametrize("size", [150, 500, 2_000])
def test_a_clock_that_runs_ahead_does_not_move_time_wherever_a_part_of_the_log_ends(size: int) -> None:
    true = np.sort(np.random.default_rng(5).integers(0, 4 * HOUR, 2_000))
    said = true + np.where(np.random.default_rng(6).random(2_000) < 0.05, 2 * HOUR, 0)

    assert (guess(said, size) - true).max() < 60_000
