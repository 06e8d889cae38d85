"""What was done to the shop on purpose: the ground truth that detectors are judged by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["user", "product", "service", "event_type", "shop"]

SHOP = "cqshop"


@dataclass(eq=False, slots=True)
class Incident:
    """One anomaly, or (`innocent`) a thing that only looks like one.

    `subject` names who or what it is about in the simulator's words: a shopper's number, a product's code, or the id
    itself for services, event types and the shop. `members` are further subjects of the same kind. `begin` and `end`
    are shop time, seconds since the epoch; `first_seen` is filled in by the driver when the first message of the
    incident appears.
    """

    scenario: str
    variant: str
    kind: Kind
    subject: int | str
    begin: float
    end: float
    description: str
    innocent: bool = False
    members: tuple[int | str, ...] = ()
    first_seen: float | None = field(default=None)
