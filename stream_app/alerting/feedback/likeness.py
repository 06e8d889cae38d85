"""When an anomaly is like one that was judged, so that the same verdict can be expected. Pure.

Like is: the same scenario, entity, direction and leading feature, and not clearly worse. The features are those of the
explanation, so a queue that is held for another reason is another anomaly.
"""

from stream_app.alerting.feedback.verdicts import Given, leading_feature
from stream_app.alerting.incidents.incident import RANK, Sighting

CLEARLY_WORSE = 1.5  # times the score that was judged; scores grow with evidence, so less is the same once more
CLEARLY_DEARER = 2.0  # times the impact: a tree's score has an end, what a product loses has none


def is_like(judged: Given, seen: Sighting) -> bool:
    """Whether the verdict on the one speaks for the other too."""
    return is_same_kind(judged, seen) and not is_clearly_worse(judged, seen)


def is_as_bad(judged: Given, seen: Sighting) -> bool:
    """Whether what was judged speaks for the other too when it was true: the same, and not clearly milder."""
    return is_same_kind(judged, seen) and judged.score <= CLEARLY_WORSE * seen.event.score


def is_same_kind(judged: Given, seen: Sighting) -> bool:
    """Whether both deviate in the same way, however much."""
    event = seen.event
    return (judged.scenario, judged.entity, judged.direction, judged.feature) == (
        event.scenario,
        seen.entity,
        event.direction,
        leading_feature(seen),
    )


def is_clearly_worse(judged: Given, seen: Sighting) -> bool:
    """Whether a person would look again: a higher severity, half as much evidence again, or twice the impact."""
    is_severer = RANK[seen.event.severity] > RANK[judged.severity]
    return is_severer or seen.event.score > CLEARLY_WORSE * judged.score or _is_clearly_dearer(judged, seen)


def _is_clearly_dearer(judged: Given, seen: Sighting) -> bool:
    before, now = judged.impact, seen.event.impact
    if before is None or now is None or before.kind != now.kind:
        return False
    return now.amount > CLEARLY_DEARER * before.amount
