"""A verdict of `usage_intensity` in words and figures."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.facts import EntityKind
from models.finding import Finding, Impact
from models.scenarios.contributions import contributions
from models.scenarios.usage_features import EFFECT_SPANS, FEATURES, TYPICAL
from models.spec import Scoring
from models.volume.families import Group, groups


def finding(
    group: int,
    span: int,
    seen: float,
    expected: float,
    band: tuple[float, float],
    row: NDArray[np.float32],
    model: Scoring | None,
) -> Finding:
    """Of one row: counts of the last `span` minutes, which deviated most; `band` is what would be ordinary."""
    direction: Literal["high", "low"] = "high" if seen > expected else "low"
    return Finding(
        summary=_summary(
            groups()[group], span, seen, expected, band, without_effect=_is_without_effect(row, direction)
        ),
        direction=direction,
        expected=round(expected, 2),
        actual=seen,
        lower=round(band[0], 2),
        upper=round(band[1], 2),
        contributions=contributions(FEATURES, row, TYPICAL, model),
        impact=Impact(_IMPACT[direction], round(abs(seen - expected), 1), "events"),
    )


_IMPACT = {"low": "events_missing", "high": "events_in_excess"}


def _summary(
    group: Group, span: int, seen: float, expected: float, band: tuple[float, float], *, without_effect: bool
) -> str:
    minutes = "minute" if span == 1 else f"{span} minutes"
    text = (
        f"{_subject(group)}: {seen:.0f} in the last {minutes}, expected {expected:.1f} ({band[0]:.0f} to {band[1]:.0f})"
    )
    if seen == 0:
        return f"{text}: silence."
    if without_effect:
        return f"{text}: requests go on, but most have no effect."
    return f"{text}: {seen / max(expected, 0.1):.1f} times as many as usual at this time."


def _subject(group: Group) -> str:
    counted = {"all": "messages", "kind": "messages"}.get(group.role, group.role)
    if group.entity.kind is EntityKind.SHOP:
        return f"The whole shop, {counted}"
    return f"{group.entity.id}, {counted}"


def _is_without_effect(row: NDArray[np.float32], direction: str) -> bool:
    """Whether what follows from requests is missing more than the requests themselves."""
    effect = min(float(row[FEATURES.index(name)]) for name in (f"effect_{span}m" for span in EFFECT_SPANS))
    return direction == "low" and effect <= min(-3.0, float(row[FEATURES.index("deviation_strongest")]))
