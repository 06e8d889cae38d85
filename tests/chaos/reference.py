"""What an undisturbed replay of the log says: the counters of every scenario, and every anomaly's last state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import conformance
from models.recording import Recording
from models.scenarios.discovery import scenarios
from models.spec import Scenario
from tests.builders.replayed import revisions
from tests.chaos.aside import beside
from tests.chaos.counts import Counting, Table


@dataclass(frozen=True, slots=True)
class Reference:
    """`counts` by stem; `anomalies` by anomaly id, the data of each one's last revision."""

    log: Path
    events: int
    counts: dict[str, Table]
    anomalies: dict[str, dict[str, Any]]


def replayed(log: Path) -> Reference:
    """Replay the log by the brain of this checkout."""
    recording = Recording([log])
    with beside() as pool:
        counts = pool.submit(_counted, log)
        told = revisions(recording)
        return Reference(log, recording.records, counts.result(), {one["anomalyId"]: one for one in told})


def watched() -> dict[str, Scenario]:
    """By stem: the scenarios, and conformance in the place of one."""
    conforming = conformance.judge().scenario
    return {**scenarios(), conforming.SPEC.stem: conforming}


def _counted(log: Path) -> dict[str, Table]:
    counting = {stem: Counting() for stem in watched()}
    for block in Recording([log]).blocks():
        for stem, scenario in watched().items():
            counting[stem].add(scenario.accumulate(block.columns).grouped())
    return {stem: one.total() for stem, one in counting.items()}
