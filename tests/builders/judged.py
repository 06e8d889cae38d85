"""Builds alerting with a desk beside it, and anomalies that come again."""

from collections.abc import Sequence
from typing import Any

from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.ports import FakeTime
from stream_app.alerting.store.database import Database
from tests.builders.alerting import absorber_of, read
from tests.builders.incidents import WALL, resolved, seen

CART = "service/cart-service"


class Alerts:
    """The process and the desk beside it, on one clock; `told` are the kinds of messages so far."""

    def __init__(self, database: Database) -> None:
        self.time = FakeTime(WALL / 1000)
        self.absorber: Absorber = absorber_of(database, time=self.time)
        self.desk = IncidentDesk(database, self.time.now)
        self.told: list[str] = []
        self.offset = 0
        self.absorber.begin()
        self.take()

    def take(self, *anomalies: Sighting) -> None:
        records = read(*anomalies, start=self.offset)
        self.offset += len(records)
        self.told += [each.message.kind for each in self.absorber.absorb(records, caught_up=True)]

    def quiet(self, reason: str) -> float:
        found = self.absorber.metrics.registry.get_sample_value(
            "monitor_alerts_quiet_anomalies_total", {"reason": reason}
        )
        assert found is not None
        return found

    def history(self, incident: Incident) -> Sequence[str]:
        return [f"{each.kind}: {each.text}" for each in self.desk.history(incident.id)]


def over(minute: float, **changes: Any) -> list[Sighting]:
    """An anomaly of the cart's that came and went."""
    one = seen(CART, minute=minute, **{"score": 1.4} | changes)
    return [one, resolved(one, minute + 5, score=1.4)]


def judged_once(alerts: Alerts, verdict: Any = "false") -> Incident:
    """An incident of the cart's that was told, is over, and was judged."""
    alerts.take(*over(0))
    alerts.take(seen("product/7", "price_exploit", minute=30))  # event time goes on
    (incident,) = alerts.desk.list("resolved")
    alerts.told.clear()
    return alerts.desk.judge(incident.id, verdict, "kim", "a load test")
