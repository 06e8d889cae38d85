"""Builds anomalies as incidents see them, and books of incidents."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from stream_app.alerting.incidents.book import Book, Rules
from stream_app.alerting.incidents.incident import Incident, Sighting
from tests.builders.anomalies import EVENING, anomaly_data, decoded

MINUTE = 60_000
EVENING_MS = int(EVENING.timestamp() * 1000)
WALL = 1_800_000_000_000  # wall time of the tests, ms
UNIT = {"usage_intensity": "events", "daily_workload": "events", "price_exploit": "currency"}


def seen(
    entity: str, scenario: str = "daily_workload", minute: float = 0, lasts: float = 5, wall: int = WALL, **changes: Any
) -> Sighting:
    """An anomaly of `service/cart-service` that starts so many minutes after half past eight."""
    kind, _, name = entity.partition("/")
    is_pageable = changes.pop("is_pageable", True)
    start = EVENING + timedelta(minutes=minute)
    told = {
        "anomaly_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scenario}/{entity}/{minute}")),
        "severity": "warning",
        "unit": UNIT.get(scenario, "pieces"),
        "impact": None,
        "evidence": (),
        "summary": f"{name} is not as it should be.",
    }
    one = decoded(
        anomaly_data(
            start=start,
            minutes=lasts,
            entity=(kind, name),
            scenario=scenario,
            wall=datetime.fromtimestamp(wall / 1000, EVENING.tzinfo),
            **told | changes,
        )
    )
    return Sighting(
        event=one.event,
        start=one.start,
        end=one.end,
        detected=one.detected,
        possible=one.possible,
        is_pageable=is_pageable,
    )


def resolved(one: Sighting, minute: float, **changes: Any) -> Sighting:
    """The same anomaly, over at this minute."""
    lasts = minute - (one.start - EVENING_MS) / MINUTE
    return again(one, status="resolved", lasts=lasts, **changes)


def again(one: Sighting, lasts: float = 6, wall: int = WALL, **changes: Any) -> Sighting:
    """The next revision of an anomaly."""
    event = one.event
    kept = {
        "anomaly_id": event.anomaly_id,
        "revision": event.revision + 1,
        "status": "updated",
        "severity": event.severity,
        "evidence": event.evidence,
        "impact": event.impact,
    }
    minute = (one.start - EVENING_MS) / MINUTE
    told = kept | changes
    return seen(one.entity, event.scenario, minute, lasts, wall, is_pageable=one.is_pageable, **told)


def book_of(*anomalies: Sighting, rules: Rules | None = None) -> Book:
    """A book that took these in, one after the other."""
    book = Book(rules or Rules())
    for one in anomalies:
        book.take(one, WALL)
    return book


def only(book: Book) -> Incident:
    """The one incident there is."""
    (incident,) = book.incidents.values()
    return incident
