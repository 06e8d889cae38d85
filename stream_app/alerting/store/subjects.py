"""Whom and what an incident is about, in rows of their own, for those who look for it; nothing once it is merged."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import Column, Connection, Index, String, Table, delete, insert, select

from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.store.tables import anomalies, metadata

WIDTHS = (40, 300)  # of scenario and entity; what is longer is cut, here alone

subjects = Table(
    "alert_subjects",
    metadata,
    Column("incident", String(36), primary_key=True),
    Column("scenario", String(WIDTHS[0]), primary_key=True),
    Column("entity", String(WIDTHS[1]), primary_key=True),
    Index("alert_subjects_by_scenario", "scenario", "incident"),
)
_sighting = msgspec.json.Decoder(Sighting)


def index(connection: Connection, incident: Incident) -> None:
    """Note whom and what it is about now."""
    connection.execute(delete(subjects).where(subjects.c.incident == incident.id))
    members = [] if incident.state == "merged" else incident.members.values()
    _insert(connection, incident.id, {(one.event.scenario, one.entity) for one in members})


def index_all(connection: Connection) -> None:
    """The same of all incidents, for a store of before there were such rows."""
    connection.execute(delete(subjects))
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for incident, data in connection.execute(select(anomalies.c.incident, anomalies.c.data)):
        one = _sighting.decode(data)
        found[incident].add((one.event.scenario, one.entity))
    for incident, pairs in found.items():
        _insert(connection, incident, pairs)


def _insert(connection: Connection, incident: str, pairs: Iterable[tuple[str, str]]) -> None:
    cut = {(scenario[: WIDTHS[0]], entity[: WIDTHS[1]]) for scenario, entity in pairs}
    if rows := [{"incident": incident, "scenario": scenario, "entity": entity} for scenario, entity in sorted(cut)]:
        connection.execute(insert(subjects), rows)
