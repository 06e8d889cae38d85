"""Incidents and messages as people look through them: by what they are, a page at a time, whatever is in the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select

from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store.ledger import Ledger
from stream_app.alerting.store.outbox import Outbox, Posted
from stream_app.alerting.store.subjects import subjects
from stream_app.alerting.store.tables import incidents, messages

Place = tuple[int, str]  # (opened, id) of an incident: the next page begins below it


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents; empty means any. `entity` is a part of a name such as `service/cart-service`."""

    state: str = ""
    severity: str = ""
    scenario: str = ""
    entity: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """What the rows must meet."""
        known = ((incidents.c.state, self.state), (incidents.c.severity, self.severity))
        plain = [column == value for column, value in known if value]
        about = []
        if self.scenario:
            about.append(subjects.c.scenario == self.scenario)
        if self.entity:
            about.append(subjects.c.entity.contains(self.entity, autoescape=True))
        return [*plain, *([incidents.c.id.in_(select(subjects.c.incident).where(*about))] if about else [])]


@dataclass(frozen=True, slots=True)
class Search:
    """Reads on one connection."""

    connection: Connection

    def incidents(self, wanted: Wanted, limit: int, below: Place | None = None) -> list[Incident]:
        """The newest first; only those below a place, when given."""
        at, by = incidents.c.opened, incidents.c.id
        query = select(by).where(*wanted.conditions()).order_by(at.desc(), by.desc()).limit(limit)
        if below:
            query = query.where(or_(at < below[0], (at == below[0]) & (by < below[1])))
        return Ledger(self.connection).load(list(self.connection.execute(query).scalars()))

    def count(self, wanted: Wanted) -> int:
        """How many there are."""
        query = select(func.count()).select_from(incidents).where(*wanted.conditions())
        return self.connection.execute(query).scalar_one()

    def messages(self, state: str, endpoint: str, limit: int, below: int | None = None) -> list[Posted]:
        """The newest first; an empty state or endpoint means any; only numbers below one, when given."""
        known = ((messages.c.state, state), (messages.c.endpoint, endpoint))
        conditions: list[ColumnElement[bool]] = [column == value for column, value in known if value]
        conditions += [messages.c.number < below] if below is not None else []
        return Outbox(self.connection).newest(conditions, limit)

    def endpoints(self) -> Sequence[str]:
        """Whom messages were for, sorted."""
        return list(
            self.connection.execute(select(messages.c.endpoint).distinct().order_by(messages.c.endpoint)).scalars()
        )
