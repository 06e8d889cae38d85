"""From what the monitor published to right and wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.envelope import Envelope
from tests.evaluation.spans import MINUTE
from tests.evaluation.truth import VOLUME, Truth

AFTER = 30 * MINUTE  # behind the end, anomalies still belong to the incident


NEVER = 2**62


@dataclass(frozen=True, slots=True)
class Verdict:
    """One published revision of an anomaly; times in ms."""

    anomaly: str
    status: str
    scenario: str
    entity: tuple[str, str]
    direction: str
    at: int  # event time at which it was possible


@dataclass(frozen=True, slots=True)
class Result:
    """How one case went."""

    seed: int
    draw: int
    family: str
    situation: str
    expect: str
    is_right: bool
    is_right_as_listed: bool  # within the budget of a shop in which every message tells as much as any other
    delay_minutes: float | None  # of the right anomaly, in time or late
    is_late: bool  # the right anomaly came, behind its budget
    anomalies: int  # opened during the incident by the family's own scenario
    all_anomalies: int  # and by the other volume scenario
    is_resolved: bool | None  # the right anomaly ended
    told: tuple[str, ...]  # what was opened meanwhile, to look at
    begin: int
    budget_minutes: float


_DATA = msgspec.json.Decoder(AnomalyDetected)


def read(events: Iterable[Envelope]) -> list[Verdict]:
    """The published events, in order."""
    return [_verdict(_DATA.decode(event.data)) for event in events]


def score(truth: Truth, verdicts: Sequence[Verdict], seed: int, draw: int) -> Result:
    """Right or wrong, and the figures beside it."""
    during = [one for one in verdicts if _is_opened(one) and truth.begin <= one.at <= _until(truth)]
    own = [one for one in during if one.scenario in truth.scenarios]
    fits = [one for one in own if is_right_entity(truth, one) and truth.direction in ("none", one.direction)]
    first = min(fits, key=lambda one: one.at, default=None)
    detects, at = truth.expect == "detect", first.at if first else NEVER
    pieces = len(own) if truth.most else 0
    right = at <= truth.deadline and pieces <= truth.most if detects else is_silent(truth, during)
    return Result(
        seed=seed,
        draw=draw,
        family=truth.family,
        situation=truth.situation,
        expect=truth.expect,
        is_right=right,
        is_right_as_listed=right and (not detects or at <= (truth.listed or truth.deadline)),
        delay_minutes=round((first.at - truth.begin) / MINUTE, 3) if detects and first else None,
        is_late=detects and first is not None and first.at > truth.deadline,
        anomalies=sum(one.scenario == truth.family for one in own),
        all_anomalies=len(own),
        is_resolved=_ends(first, verdicts) if detects and first else None,
        told=tuple(_line(one, truth.begin) for one in during),
        begin=truth.begin,
        budget_minutes=round((truth.deadline - truth.begin) / MINUTE, 3),
    )


def _line(verdict: Verdict, begin: int) -> str:
    minutes = (verdict.at - begin) / MINUTE
    return f"{verdict.scenario} {'/'.join(verdict.entity)} {verdict.direction} +{minutes:.1f}"


def is_right_entity(truth: Truth, verdict: Verdict) -> bool:
    """The verdict names one of the truth's entities; the shop goes by any id, an event type by its short name too."""
    kind, name = verdict.entity
    return any(kind == right and wanted in ("*", name, name.rpartition(".")[2]) for right, wanted in truth.entities)


def is_silent(truth: Truth, opened: Sequence[Verdict]) -> bool:
    """Nothing was said that concerns the case."""
    about = [one for one in opened if one.at <= truth.deadline and _concerns(truth, one)]
    days = [(one.at - truth.begin) // (24 * 60 * MINUTE) for one in about]
    if truth.a_day:
        return all(days.count(day) <= truth.a_day and day < 2 for day in days)
    return not about


def _concerns(truth: Truth, verdict: Verdict) -> bool:
    """Of a case about volume, volume; of one about a product or user, what is not volume and names it."""
    if truth.is_everybodys:
        return True
    if truth.family in VOLUME:
        return verdict.scenario in VOLUME
    return verdict.scenario not in VOLUME and is_right_entity(truth, verdict)


def _until(truth: Truth) -> int:
    return max(truth.deadline, truth.end) + AFTER


def _is_opened(verdict: Verdict) -> bool:
    return verdict.status == "opened"


def _ends(first: Verdict, verdicts: Sequence[Verdict]) -> bool:
    return any(one.anomaly == first.anomaly and one.status == "resolved" for one in verdicts)


def _verdict(data: AnomalyDetected) -> Verdict:
    return Verdict(
        anomaly=data.anomaly_id,
        status=data.status,
        scenario=data.scenario,
        entity=(data.entity.kind, data.entity.id),
        direction=data.direction,
        at=int(datetime.fromisoformat(data.detected_at_event_time).timestamp() * 1000),
    )
