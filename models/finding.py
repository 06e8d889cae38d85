"""What a judged row says, in words and figures."""

from dataclasses import dataclass
from typing import NamedTuple

from models.entity import Entity
from shop_services.contracts.anomaly import Direction


class Contribution(NamedTuple):
    """One feature's part in a verdict."""

    feature: str
    value: float
    typical: float
    contribution: float


class Impact(NamedTuple):
    """What is at stake, e.g. Impact("stock_held", 940, "pieces")."""

    kind: str
    amount: float
    unit: str


class Evidence(NamedTuple):
    """A record that shows it."""

    topic: str
    partition: int
    offset: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A row in words and figures: everything a person needs to act on it."""

    summary: str
    direction: Direction
    expected: float
    actual: float
    lower: float
    upper: float
    contributions: tuple[Contribution, ...] = ()
    impact: Impact | None = None
    evidence: tuple[Evidence, ...] = ()


class Reading(NamedTuple):
    """One judged window of a volume entity, for curves: counts with the expected band, in the spec's unit."""

    entity: Entity
    start: int
    end: int
    actual: float
    expected: float
    lower: float
    upper: float
