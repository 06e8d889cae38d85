"""A verdict of `daily_workload` in words and figures."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.facts import EntityKind
from models.finding import Contribution, Finding, Impact
from models.volume.families import groups


def finding(
    group: int, span: int, seen: float, expected: float, band: tuple[float, float], row: NDArray[np.float32]
) -> Finding:
    """Of one row: counts of the last `span` minutes, which say most; `band` is what would be ordinary."""
    direction: Literal["high", "low"] = "high" if seen > expected else "low"
    nats, ratio, _, per_minute, level = (float(value) for value in row)
    impact = Impact(
        "events_missing" if direction == "low" else "events_in_excess", round(abs(seen - expected), 1), "events"
    )
    return Finding(
        summary=_summary(group, span, seen, expected, band, nats),
        direction=direction,
        expected=round(expected, 2),
        actual=seen,
        lower=round(band[0], 2),
        upper=round(band[1], 2),
        contributions=(
            Contribution("evidence_nats", round(nats, 2), 0.0, round(nats, 2)),
            Contribution("log_ratio", round(ratio, 3), 0.0, 0.0),
            Contribution("expected_per_minute", round(per_minute, 3), round(per_minute / max(level, 1e-6), 3), 0.0),
        ),
        impact=impact,
    )


def _summary(group: int, span: int, seen: float, expected: float, band: tuple[float, float], nats: float) -> str:
    entity, role = groups()[group].entity, groups()[group].role
    subject = "The whole shop" if entity.kind is EntityKind.SHOP else entity.id
    counts = f"{seen:.0f} {role} in the last {span} minutes, expected {expected:.1f} ({band[0]:.0f} to {band[1]:.0f})"
    return f"{subject} {_state(seen / max(expected, 0.1))}: {counts}. By chance {_odds(nats)} such moments."


def _odds(nats: float) -> str:
    """How rare such evidence is where nothing is wrong.

    >>> _odds(10.0), _odds(30.0)
    ('about once in 20,000', 'less than once in a million')
    """
    if nats >= math.log(1e6):
        return "less than once in a million"
    return f"about once in {float(f'{math.exp(nats):.0e}'):,.0f}"


def _state(ratio: float) -> str:
    if ratio < 0.05:
        return "has stopped"
    if ratio < 1:
        return f"does {ratio:.0%} of what this day should bring"
    return f"has {ratio:.1f} times the load this day should bring"
