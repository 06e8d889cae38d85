"""What people said about anomalies, as training heeds it.

What was `true` is not learnt. What was `expected`, `false` or the `new_normal` is learnt as ordinary, though it was
reported: rows like it count as any other ordinary row, no more. `unsure` changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence

from models.calendar import as_entity
from models.labels import ORDINARY, Label
from models.spec import Scenario
from models.training.flagged import Flagged, flagged_at, without_flagged
from models.training.log import RecordedLog


def not_learnt(labels: Iterable[Label]) -> list[Flagged]:
    """The times of what was true."""
    return [flagged_at(label.start, label.end, as_entity(label.entity)) for label in labels if label.verdict == "true"]


def learnt_after_all(labels: Iterable[Label]) -> frozenset[str]:
    """The ids of anomalies that were ordinary."""
    return frozenset(label.anomaly_id for label in labels if label.verdict in ORDINARY)


def ordinary(
    log: RecordedLog, scenario: Scenario, flagged: Sequence[Flagged], progress: Callable[[str], None]
) -> RecordedLog:
    """What the scenario may learn from."""
    kept = without_flagged(log, flagged, is_volume=scenario.SPEC.unit == "events")
    if kept.filled or kept.holes or kept.dropped:
        progress(f"{kept.filled} times filled, {kept.holes} left empty, {kept.dropped} records left out")
    return kept.log
