"""What somebody says about an anomaly: was it one, was it known beforehand, is it ordinary from now on. Pure."""

import re
from collections.abc import Iterable
from typing import Literal, Self, get_args

import msgspec

from shop_services.contracts.anomaly import Direction, Impact, Severity
from stream_app.alerting.errors import BadFeedback
from stream_app.alerting.incidents.incident import Sighting

Verdict = Literal["true", "expected", "false", "new_normal", "unsure"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
KEEPING_QUIET: tuple[Verdict, ...] = ("expected", "false", "new_normal")  # what is like it is not told for a while
_SPAN = re.compile(r"_(\d+m|strongest)$")  # deviation_5m, deviation_strongest: a deviation
LONGEST = 200  # characters of a cause, a reason and a name


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict on one anomaly, with the anomaly as it stood then, so that it outlives the incident.

    `at` is wall time, `start` and `end` are event time, in ms. `feature` is the one that led the explanation, empty
    when there was none; `version` is the model's.
    """

    anomaly_id: str
    incident_id: str
    verdict: Verdict
    by: str
    at: int
    cause: str = ""
    scenario: str
    entity: str  # as `service/cart-service`
    direction: Direction
    feature: str
    score: float
    severity: Severity
    start: int
    end: int
    version: str
    impact: Impact | None = None

    @classmethod
    def on(cls, seen: Sighting, incident_id: str, verdict: Verdict, by: str, at: int, cause: str) -> Self:
        """The verdict on an anomaly at its newest revision."""
        event = seen.event
        return cls(
            anomaly_id=seen.id,
            incident_id=incident_id,
            verdict=verdict,
            by=by,
            at=at,
            cause=cause,
            scenario=event.scenario,
            entity=seen.entity,
            direction=event.direction,
            feature=leading_feature(seen),
            score=event.score,
            severity=event.severity,
            start=seen.start,
            end=seen.end,
            version=event.model.version,
            impact=event.impact,
        )


def leading_feature(seen: Sighting) -> str:
    """The feature that speaks most for an anomaly; empty when it comes without explanation.

    Features that differ by their span alone are one: which of them leads says how long it lasted, not what it was.
    """
    return _SPAN.sub("", seen.event.explanation[0].feature) if seen.event.explanation else ""


def newest(given: Iterable[Given]) -> list[Given]:
    """Of each anomaly the verdict that holds; of verdicts in the order in which they were given."""
    return list({each.anomaly_id: each for each in given}.values())


def check_verdict(verdict: str) -> Verdict:
    """The verdict of this name; BadFeedback when there is none."""
    if verdict not in VERDICTS:
        raise BadFeedback(f"there is no such verdict; there are {', '.join(VERDICTS)}")
    return verdict


def checked(text: str, what: str, *, is_needed: bool = False) -> str:
    """The text without blanks around it; BadFeedback when it is too long, holds a NUL, or is missing.

    >>> checked(" a sale ", "the cause")
    'a sale'
    """
    text = text.strip()
    if len(text) > LONGEST or "\0" in text:
        raise BadFeedback(f"{what} has more than {LONGEST} characters, or a NUL")
    if is_needed and not text:
        raise BadFeedback(f"{what} is missing")
    return text
