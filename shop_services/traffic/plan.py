"""What goes wrong during a demonstration, and when. Data, for the simulator and for whoever runs the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ORDERS_SERVICE = "order-service"


@dataclass(frozen=True, slots=True)
class Planned:
    """An incident `minute` shop minutes after the start. `by_runner`: the simulator only declares it; whoever runs the
    services carries it out and writes its line of truth. `subject` names the service then."""

    minute: float
    scenario: str
    variant: str
    fixed: Mapping[str, float] = field(default_factory=dict)
    by_runner: bool = False
    subject: str = ""


DEMO: tuple[Planned, ...] = (
    Planned(40, "price_exploit", "shifted_decimal", {"minutes": 20, "factor": 0.1, "buyers": 25}),
    Planned(58, "stock_exhaustion", "giant_add", {"minutes": 19, "fresh": 1.0, "share": 0.95}),
    Planned(90, "usage_intensity", "burst_day", {"minutes": 10, "factor": 3.5}),
    Planned(125, "daily_workload", "service_stopped", {"minutes": 20}, by_runner=True, subject=ORDERS_SERVICE),
)

PLANS: Mapping[str, tuple[Planned, ...]] = {"demo": DEMO, "none": ()}
