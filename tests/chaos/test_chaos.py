"""The short form of the first story; `make chaos` plays all of them, longer."""

import random
from pathlib import Path

import pytest

from tests.chaos.history import write_history
from tests.chaos.reference import replayed
from tests.chaos.workers import Story, play


@pytest.mark.connected
def test_workers_that_die_and_hang_lose_nothing_count_nothing_twice_and_open_nothing_twice(tmp_path: Path) -> None:
    """INVARIANT: counts and anomalies are those of an undisturbed replay, whatever happened to the workers.

    Without it a crash would page people again, hide what happened meanwhile, or bend what is counted for weeks.
    """
    seed = random.randrange(10**6)
    log = tmp_path / "log.jsonl"
    write_history(log, 10_000, seed)
    story = Story(seed, kills=2, workers=2, partitions=2, wave=8_000, heap_mb=256, settle_seconds=120)

    found = play(story, log, replayed(log), tmp_path, print)

    assert not found.faults, found.text()
