"""The worker behind a slow broker: nothing it holds grows. The long form is `python -m tests.benchmarks.memory`."""

from pathlib import Path

import pytest

from tests.benchmarks.memory import MOST_OVER, run, unbroken

SECONDS = 20.0
PACE = 8_000.0


@pytest.mark.connected
@pytest.mark.slow
def test_memory_stays_level_while_the_broker_is_slow_and_records_cannot_be_read(tmp_path: Path) -> None:
    """INVARIANT: every queue is bounded, whatever the broker does. Else a night's trouble ends with a killed worker.

    With queues that take whatever comes it fails: they hold what the worker is slower to report than to read.
    """
    figures = run(tmp_path, SECONDS, PACE, unbroken)

    print(figures)
    assert figures["held_up"] > SECONDS * PACE / 2  # it was held up, or this tested nothing
    assert figures["over"] < MOST_OVER
