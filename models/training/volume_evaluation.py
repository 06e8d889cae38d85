"""What a volume detector finds, how soon, and how often it cries wolf; by the production detector, on days it was not
fitted to.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.detector import Detector
from models.outcome import Outcome
from models.spec import Scenario, Scoring
from models.training.volume_incidents import Incident, happened
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.packed_days import pack_days
from models.windows import MINUTE, Watermark

AFTER = 15  # minutes after the end in which an anomaly still belongs to the incident
WEEK = 7 * DAY


def figures(
    scenario: Scenario,
    model: Scoring,
    extras: dict[str, Any],
    log: MinuteLog,
    held_out: MinuteLog,
    drawn: Sequence[Incident],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Figures per kind of incident, and false anomalies per week on the held-out days as they were."""
    found: dict[str, list[dict[str, Any]]] = {}
    for incident in drawn:
        found.setdefault(incident.name, []).append(_trial(scenario, model, extras, log, incident, rng))
    clean = opened(run(scenario, model, _extras_until(extras, log, held_out.first), held_out))
    return {
        "incidents": {name: _summary(trials) for name, trials in found.items()},
        "false_per_week": round(len(clean) * WEEK / max(len(held_out.counts), 1), 3),
        "clean_days": round(len(held_out.counts) / DAY, 2),
    }


def run(scenario: Scenario, model: Scoring, extras: dict[str, Any], log: MinuteLog) -> Outcome:
    """All changes of a log, by a fresh detector."""
    detector = Detector(scenario, model, Watermark(0), extras)
    changes, readings, scored = [], [], 0
    for first in range(log.first, log.last, DAY):
        detector.memory.absorb("log/0", log.facts(first, min(first + DAY, log.last)))
        detector.watermark.value = min(first + DAY, log.last) * MINUTE
        outcome = detector.judge()
        changes += outcome.changes
        readings += outcome.readings
        scored += outcome.scored
    return Outcome(changes, readings, log.last * MINUTE, scored)


def opened(outcome: Outcome) -> list[tuple[int, str, str]]:
    """Minute, entity id and direction of every anomaly opened."""
    return [(c.end // MINUTE, c.entity[1], f.direction) for c, f in outcome.changes if c.status == "opened"]


def _trial(
    scenario: Scenario,
    model: Scoring,
    extras: dict[str, Any],
    log: MinuteLog,
    incident: Incident,
    rng: np.random.Generator,
) -> dict[str, Any]:
    part = happened(log, incident, rng)
    known = _extras_until(extras, log, part.first // DAY * DAY)
    said = [one for one in opened(run(scenario, model, known, part)) if incident.begin < one[0] <= incident.end + AFTER]
    right = [minute for minute, _, direction in said if direction == incident.direction and minute <= incident.end]
    return {
        "delay": min(right) - incident.begin if right else None,
        "named": any(entity == incident.entity for _, entity, _ in said),
        "anomalies": len(said),
    }


def _extras_until(extras: dict[str, Any], log: MinuteLog, minute: int) -> dict[str, Any]:
    """The extras with a past that ends before `minute`."""
    days = {day: sums for day, sums in log.days().items() if (day + 1) * DAY <= minute}
    return {**extras, "past": pack_days(days)} if days else {**extras, "past": None}


def _summary(trials: Sequence[dict[str, Any]]) -> dict[str, Any]:
    delays = [trial["delay"] for trial in trials if trial["delay"] is not None]
    return {
        "drawn": len(trials),
        "detected": round(len(delays) / len(trials), 3),
        "delay_minutes_median": float(np.median(delays)) if delays else None,
        "delay_minutes_p90": float(np.quantile(delays, 0.9)) if delays else None,
        "named_rightly": round(float(np.mean([trial["named"] for trial in trials])), 3),
        "anomalies_per_incident": round(float(np.mean([trial["anomalies"] for trial in trials])), 2),
    }
