"""Incidents, their anomalies and history, and the position in the topic, within one transaction."""

from collections.abc import Collection, Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from stream_app.alerting.incidents.book import Happening
from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.store import tables
from stream_app.alerting.store.database import upsert
from stream_app.alerting.store.subjects import index, subjects

REBUILDING = "rebuilding"
ASKED = 500  # ids in one query
NEVER = 1 << 60  # for what may still be told after all
_incident = msgspec.json.Decoder(Incident)
_sighting = msgspec.json.Decoder(Sighting)


class Ledger:
    """Reads and writes on one connection; its owner commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def positions(self, topic: str) -> dict[int, int]:
        """The next offset of every partition that was read."""
        rows = self._connection.execute(select(tables.positions).where(tables.positions.c.topic == topic))
        return {row.partition: row.next for row in rows}

    def move(self, topic: str, partition: int, next_offset: int) -> None:
        """All before this offset is in the store."""
        row = {"topic": topic, "partition": partition, "next": next_offset}
        upsert(self._connection, tables.positions, ("topic", "partition"), row)

    def mark(self, name: str, value: str) -> None:
        """Keep a word under a name."""
        upsert(self._connection, tables.meta, ("name",), {"name": name, "value": value})

    def marked(self, name: str) -> str:
        """The word kept under a name; empty when there is none."""
        query = select(tables.meta.c.value).where(tables.meta.c.name == name)
        return str(self._connection.execute(query).scalar() or "")

    def living(self, since: int, anomalies: Collection[str] = ()) -> dict[str, Incident]:
        """Incidents that are open, that ended at event time `since` (ms) or later, that hold these anomalies.

        And those that changed while nobody was told: they are planned when all has been read.
        """
        table = tables.incidents
        holders = select(tables.anomalies.c.incident).where(tables.anomalies.c.id.in_(list(anomalies)))
        wanted = table.c.state == "open", table.c.last_end >= since, table.c.id.in_(holders), ~table.c.is_planned
        return self._load(or_(*wanted))

    def get(self, incident_id: str) -> Incident | None:
        """One incident."""
        return self._load(tables.incidents.c.id == incident_id).get(incident_id)

    def holder(self, anomaly_id: str) -> Incident | None:
        """The incident that holds an anomaly."""
        table = tables.anomalies
        found = self._connection.execute(select(table.c.incident).where(table.c.id == anomaly_id)).scalar()
        return self.get(found) if found else None

    def sightings(self, anomalies: Sequence[str]) -> dict[str, Sighting]:
        """Those of these anomalies that are kept, by id."""
        table, found = tables.anomalies, dict[str, Sighting]()
        for at in range(0, len(anomalies), ASKED):
            which = select(table.c.data).where(table.c.id.in_(anomalies[at : at + ASKED]))
            found |= {one.id: one for one in map(_sighting.decode, self._connection.execute(which).scalars())}
        return found

    def page(self, state: str | None, limit: int, before: tuple[int, str] | None) -> list[Incident]:
        """Incidents, the newest first; only those below (opened, id), when given."""
        table = tables.incidents
        query = select(table.c.id).order_by(table.c.opened.desc(), table.c.id.desc()).limit(limit)
        if state:
            query = query.where(table.c.state == state)
        if before:
            older = table.c.opened < before[0]
            query = query.where(or_(older, (table.c.opened == before[0]) & (table.c.id < before[1])))
        return self.load(list(self._connection.execute(query).scalars()))

    def load(self, ids: Sequence[str]) -> list[Incident]:
        """The incidents of these ids, in their order."""
        found = self._load(tables.incidents.c.id.in_(ids))
        return [found[each] for each in ids]

    def save(self, incidents: Iterable[Incident], wall: int, is_planned: bool = True) -> None:
        """Write incidents with their anomalies; `is_planned` unless something of them is still to be told."""
        for incident in incidents:
            is_merged = incident.state == "merged"  # its anomalies are another's now, it keeps what they were
            bare = incident if is_merged else msgspec.structs.replace(incident, members={})
            row = {
                "id": incident.id,
                "state": incident.state,
                "severity": incident.severity,
                "opened": incident.opened,
                "last_end": NEVER if incident.hushed else incident.last_end,
                "changed": wall,
                "is_planned": is_planned,
                "data": msgspec.json.encode(bare),
            }
            upsert(self._connection, tables.incidents, ("id",), row)
            for one in () if is_merged else incident.members.values():
                kept = {"id": one.id, "incident": incident.id, "data": msgspec.json.encode(one)}
                upsert(self._connection, tables.anomalies, ("id",), kept)
            index(self._connection, incident)

    def all_planned(self) -> None:
        """What was to be told is in the outbox."""
        table = tables.incidents
        self._connection.execute(update(table).where(~table.c.is_planned).values(is_planned=True))

    def note(self, happened: Iterable[Happening]) -> None:
        """Add to the histories."""
        if rows := [each._asdict() for each in happened]:
            self._connection.execute(insert(tables.history), rows)

    def history(self, incident_id: str) -> list[Happening]:
        """What happened, oldest first."""
        table = tables.history
        query = select(table.c.incident, table.c.at, table.c.kind, table.c.text, table.c.by)
        rows = self._connection.execute(query.where(table.c.incident == incident_id).order_by(table.c.number))
        return [Happening(*row) for row in rows]

    def open_by_severity(self) -> dict[str, int]:
        """How many incidents are open."""
        table = tables.incidents
        query = select(table.c.severity, func.count()).where(table.c.state == "open").group_by(table.c.severity)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def by_state(self) -> dict[str, int]:
        """How many incidents there are of each state."""
        table = tables.incidents
        return {
            row[0]: row[1]
            for row in self._connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
        }

    def forget(self, before: int) -> int:
        """Drop what is over and has not changed since wall time `before`, ms; gives how many incidents."""
        table = tables.incidents
        old = select(table.c.id).where(table.c.state != "open", table.c.changed < before)
        ids = list(self._connection.execute(old).scalars())
        for rows in (tables.anomalies, tables.history, tables.messages, subjects):
            self._connection.execute(delete(rows).where(rows.c.incident.in_(ids)))
        done = tables.messages.c.state.in_(("sent", "bundled")) & (tables.messages.c.finished < before)
        self._connection.execute(delete(tables.messages).where(done))
        self._connection.execute(delete(table).where(table.c.id.in_(ids)))
        return len(ids)

    def _load(self, which: ColumnElement[bool]) -> dict[str, Incident]:
        rows = self._connection.execute(select(tables.incidents.c.data).where(which))
        found = {each.id: each for each in map(_incident.decode, rows.scalars())}
        members = select(tables.anomalies.c.incident, tables.anomalies.c.data)
        for incident, data in self._connection.execute(members.where(tables.anomalies.c.incident.in_(list(found)))):
            one = _sighting.decode(data)
            found[incident].members[one.id] = one
        return found
