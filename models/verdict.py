"""A change of an anomaly as the published event: `AnomalyDetected`, a CloudEvent on `anomaly-events`."""

import uuid
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from models.decisions import NAMESPACE, Change
from models.detector import entity_of
from models.finding import Finding
from models.spec import Spec
from shop_services.contracts import anomaly
from shop_services.contracts.envelope import Envelope

EVIDENCE_LIMIT = 20


class ModelIdentity(NamedTuple):
    """Which model judged."""

    name: str
    version: str
    sha256: str
    stage: str  # serving, shadow

    @property
    def is_model(self) -> bool:
        """Trained and serving, as against a rule, a shadow or nothing."""
        return self.stage == "serving"


def to_event(
    spec: Spec,
    change: Change,
    finding: Finding,
    model: ModelIdentity,
    *,
    watermark: int,
    now: datetime,
    links: anomaly.Links,
    synthetic: bool = False,
    dry_run: bool = False,
) -> Envelope:
    """The CloudEvent of one revision. `watermark` is event time in ms, `now` the wall clock.

    Its id is deterministic, so publishing it twice is publishing it once.
    """
    possible = max(watermark, change.end)  # what is judged event by event is known before the watermark has passed it
    data = _data(spec, change, finding, model, possible=possible, now=now, links=links)
    if synthetic or dry_run:
        data = msgspec.structs.replace(data, synthetic=synthetic, dry_run=dry_run)
    return Envelope(
        specversion="1.0",
        id=str(uuid.uuid5(NAMESPACE, f"{change.anomaly_id}/{change.revision}")),
        source=anomaly.SOURCE,
        type=anomaly.TYPE,
        time=rfc3339(possible),
        subject=f"anomaly/{change.anomaly_id}",
        correlationid=change.anomaly_id,
        data=msgspec.Raw(msgspec.json.encode(data)),
    )


def _data(
    spec: Spec,
    change: Change,
    finding: Finding,
    model: ModelIdentity,
    *,
    possible: int,
    now: datetime,
    links: anomaly.Links,
) -> anomaly.AnomalyDetected:
    entity = entity_of(change)
    return anomaly.AnomalyDetected(
        anomaly_id=change.anomaly_id,
        status=change.status,
        revision=change.revision,
        scenario=spec.stem,
        entity=anomaly.Entity(kind=entity.kind_name, id=entity.id),
        severity=change.severity,
        score=round(change.score, 6),
        direction=finding.direction,
        expected=finding.expected,
        actual=finding.actual,
        lower=finding.lower,
        upper=finding.upper,
        unit=spec.unit,
        window=anomaly.Window(start=rfc3339(change.start), end=rfc3339(change.end)),
        detected_at=_text(now),
        detected_at_event_time=rfc3339(possible),
        model=anomaly.Model(**model._asdict()),
        explanation=tuple(anomaly.Contribution(**part._asdict()) for part in finding.contributions),
        summary=_summary(change, finding, model),
        impact=anomaly.Impact(**finding.impact._asdict()) if finding.impact else None,
        evidence=tuple(anomaly.Evidence(**part._asdict()) for part in finding.evidence[:EVIDENCE_LIMIT]),
        links=links,
    )


def _summary(change: Change, finding: Finding, model: ModelIdentity) -> str:
    if change.status == "retracted":
        taken_back = f"the model that found it was rolled back, and version {model.version} does not find it"
        return f"Taken back: {taken_back}. It was: {finding.summary}"
    if change.status != "resolved":
        return finding.summary
    return f"Over since {rfc3339(change.end)}. It was: {finding.summary}"


def rfc3339(ms: int) -> str:
    """Event time as text: UTC, milliseconds, `Z`.

    >>> rfc3339(0)
    '1970-01-01T00:00:00.000Z'
    """
    return _text(datetime.fromtimestamp(ms / 1000, UTC))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
