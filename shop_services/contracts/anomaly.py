"""What the monitor publishes: the life of an anomaly, told again at every change."""

from typing import Literal

from shop_services.contracts.message import Record

TYPE = "com.cqshop.monitor.AnomalyDetected"
SOURCE = "/cqshop/monitor"

Status = Literal["opened", "updated", "resolved", "retracted"]
Severity = Literal["info", "warning", "critical"]
Direction = Literal["high", "low", "none"]
EntityKind = Literal["user", "product", "service", "event_type", "shop"]


class Entity(Record):
    """Whom or what the anomaly concerns; the id is text, even of a product or user."""

    kind: EntityKind
    id: str


class Window(Record):
    """The span of event time that was judged, RFC 3339."""

    start: str
    end: str


class Model(Record):
    """The model that judged."""

    name: str
    version: str
    sha256: str
    stage: str


class Contribution(Record):
    """What one feature added to the score, beside the value it usually has."""

    feature: str
    value: float
    contribution: float
    typical: float | None = None


class Impact(Record):
    """What it costs: pieces of stock held, revenue below the reference price, orders missing."""

    kind: str
    amount: float
    unit: str


class Evidence(Record):
    """Where an event that led to the verdict can be read again, and the request it belongs to, where that is known."""

    topic: str
    partition: int
    offset: int
    event_id: str
    correlation_id: str | None = None
    causation_id: str | None = None


class Links(Record):
    """Where to look further; what is not configured is missing."""

    dashboard: str | None = None
    incident: str | None = None
    runbook: str | None = None


class AnomalyDetected(Record, omit_defaults=False):
    """`data` of the event. A score of 1.0 is the decision boundary of every detector, higher is stranger, 0 ordinary.

    `detected_at` is wall-clock time; `detected_at_event_time` and `window` are event time. What is `synthetic` was
    staged by a probe, what is a `dry_run` is only on trial: neither is a reason to wake anybody.
    """

    anomaly_id: str
    status: Status
    revision: int
    scenario: str
    entity: Entity
    severity: Severity
    score: float
    direction: Direction
    unit: str
    window: Window
    detected_at: str
    detected_at_event_time: str
    model: Model
    summary: str
    expected: float | None = None
    actual: float | None = None
    lower: float | None = None
    upper: float | None = None
    explanation: tuple[Contribution, ...] = ()
    impact: Impact | None = None
    evidence: tuple[Evidence, ...] = ()
    incident_id: str | None = None
    links: Links = Links()
    synthetic: bool = False
    dry_run: bool = False
