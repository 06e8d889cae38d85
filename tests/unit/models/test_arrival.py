"""When records arrived, in logs that do not say so."""

import numpy as np

from models.arrival import arrivals

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
