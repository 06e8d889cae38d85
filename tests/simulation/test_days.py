"""Days of the shop under crashes, hangs and lag: the same anomalies, from beginning to end, as one process has."""

import secrets
from pathlib import Path
from random import Random

import pytest

from models.scenarios.discovery import scenarios
from models.served import Served
from tests.builders.replayed import judges
from tests.chaos.anomalies import differences
from tests.chaos.history import write_history
from tests.simulation.days import Days, plan_of, replayed

EVENTS, LOG_SEED = 170_000, 5
CONFORMANCE = "conformance"


def served_as(name: str) -> Served:
    """A detector as the worker has it."""
    return next(served for served in judges() if served.identity.name == name)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("days") / "log.jsonl"
    write_history(path, EVENTS, LOG_SEED)
    return path


@pytest.mark.parametrize("seed", [18, secrets.randbelow(10**6)], ids=["fixed", "random"])
@pytest.mark.parametrize("name", [*sorted(scenarios()), CONFORMANCE])
def test_an_anomaly_begins_and_ends_as_for_one_process_however_far_the_watermark_jumps(
    name: str, seed: int, log: Path
) -> None:
    """INVARIANT: who reads a partition late ends no anomaly of the others before its time.

    Without it an incident that goes on is told as over, and never heard of again in the pause.
    """
    print(f"seed {seed}")
    served = served_as(name)

    found = Days(plan_of(served), Random(seed)).play(log)

    assert differences(replayed(served, log), found) == []
