"""The short form of `python -m tests.simulation`: a seed that stays, and one that does not."""

import secrets

import pytest

from tests.simulation.schedules import try_schedules

COUNT = 25


@pytest.mark.parametrize("seed", [7, secrets.randbelow(10**6)], ids=["fixed", "random"])
def test_whatever_happens_the_workers_say_what_one_process_says(seed: int) -> None:
    """INVARIANT: counts, watermark, anomalies and their revisions depend on no crash, rebalance, lag or failed send.

    Without it people would be told twice, or not at all, because a process died.
    """
    print(f"seed {seed}")

    try_schedules(COUNT, seed)
