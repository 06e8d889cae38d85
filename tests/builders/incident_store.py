"""Fills a database of incidents as alerts would have: open ones with messages, and many that are over.

python -m tests.builders.incident_store --url sqlite:///.run/monitor/alerts.db --past 10000
"""

import argparse
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import insert

from shop_services.contracts.anomaly import AnomalyDetected, Evidence
from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.incidents.incident import Incident, Sighting, new_incident
from stream_app.alerting.ports import FakeTime
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox
from stream_app.alerting.store.subjects import subjects
from stream_app.alerting.store.tables import anomalies, incidents
from tests.builders.alerting import absorber_of, read, routes_of
from tests.builders.anomalies import decoded, past_anomalies, sample_anomalies


def sighting(data: AnomalyDetected) -> Sighting:
    """The anomaly as incidents see it, with the requests of its evidence."""
    one = decoded(data)
    event = msgspec.structs.replace(one.event, evidence=tuple(_traced(one.event)))
    return Sighting(event=event, start=one.start, end=one.end, detected=one.detected, possible=one.possible)


def fill(database: Database, now: datetime, past: int = 0) -> list[Incident]:
    """The sample anomalies as incidents that were told, two messages that were given up; gives the open ones."""
    routes = routes_of({"oncall": {"url": "log://"}, "chat": {"url": "log://"}})
    absorber = absorber_of(database, routes, FakeTime(now.timestamp()))
    absorber.begin()
    absorber.absorb([], caught_up=True)
    absorber.absorb(read(*map(sighting, sample_anomalies(now))), caught_up=True)
    _deliver(database, int(now.timestamp() * 1000))
    add_past(database, now, past)
    return list(IncidentDesk(database).list("open"))


def add_past(database: Database, now: datetime, count: int) -> None:
    """Incidents of one anomaly each that are over, all at once: a ledger would write them one by one."""
    over = [sighting(data) for data in past_anomalies(count, now - timedelta(hours=4))]
    changed = int(now.timestamp() * 1000)
    with database.writing() as connection:
        for table, row in ((incidents, _incident), (anomalies, _anomaly), (subjects, _subject)):
            if over:
                connection.execute(insert(table), [row(one, new_incident(one), changed) for one in over])


def _incident(one: Sighting, incident: Incident, changed: int) -> dict[str, object]:
    bare = msgspec.structs.replace(incident, state="resolved", resolved=one.end, members={})
    times = {"opened": one.start, "last_end": one.end, "changed": changed}
    severity = one.event.severity
    kept = {"id": incident.id, "state": "resolved", "severity": severity, "is_planned": True, **times}
    return {**kept, "data": msgspec.json.encode(bare)}


def _anomaly(one: Sighting, incident: Incident, _changed: int) -> dict[str, object]:
    return {"id": one.id, "incident": incident.id, "data": msgspec.json.encode(one)}


def _subject(one: Sighting, incident: Incident, _changed: int) -> dict[str, object]:
    return {"incident": incident.id, "scenario": one.event.scenario, "entity": one.entity}


def _traced(event: AnomalyDetected) -> Iterable[Evidence]:
    """Three records of a request, each caused by the one before."""
    for number, each in enumerate(event.evidence):
        before = event.evidence[number - 1].event_id if number % 3 else None
        yield msgspec.structs.replace(each, correlation_id=f"request-{number // 3}", causation_id=before)


def _deliver(database: Database, now: int) -> None:
    """`oncall` took everything, `chat` refused all."""
    with database.writing() as connection:
        outbox = Outbox(connection)
        while taken := outbox.take("oncall", now, 60_000):
            outbox.sent(taken.posted.number, now + 800)
        for posted in _waiting(outbox, now):
            outbox.bury(posted, now + 90_000, "too_many_attempts: status_503")


def _waiting(outbox: Outbox, now: int) -> Sequence[int]:
    return [each.number for each in outbox.overdue("chat", now + 1)]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--past", type=int, default=60, help="how many incidents that are over")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC))
    chosen = parser.parse_args()
    database = Database.open(chosen.url)
    fill(database, chosen.now, chosen.past)
    database.close()


if __name__ == "__main__":
    main()
