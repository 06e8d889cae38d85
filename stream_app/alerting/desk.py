"""What others may see and do: the console's API and the command line. Works beside the running process, on its store.

The process keeps nothing in memory between two turns, so what is done here holds from its next turn on, within a
second.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from stream_app.alerting.errors import AlertingError
from stream_app.alerting.incidents.book import Book, Happening, Rules
from stream_app.alerting.incidents.incident import Incident, State
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.ledger import Ledger
from stream_app.alerting.store.outbox import Outbox, Posted


class UnknownIncident(AlertingError):
    """No incident has this id."""


class NotPossible(AlertingError):
    """The incident is not in a state in which this can be done; the message says why."""


@dataclass(frozen=True, slots=True)
class IncidentDesk:
    """Blocking: a server calls it on a thread. All methods raise StoreUnavailable. `wall` gives seconds."""

    database: Database
    wall: Callable[[], float] = time.time

    @classmethod
    @contextmanager
    def open(cls, url: str) -> Iterator["IncidentDesk"]:
        """A desk on the database of a URL, for a while."""
        database = Database.open(url)
        try:
            yield cls(database)
        finally:
            database.close()

    def list(
        self, state: State | None = None, limit: int = 50, before: tuple[int, str] | None = None
    ) -> Sequence[Incident]:
        """Incidents, the newest first; the next page begins below (opened, id) of the last one."""
        with self.database.reading() as connection:
            return Ledger(connection).page(state, limit, before)

    def get(self, incident_id: str) -> Incident:
        """One incident with its anomalies; raises UnknownIncident."""
        with self.database.reading() as connection:
            return _known(Ledger(connection), incident_id)

    def history(self, incident_id: str) -> Sequence[Happening]:
        """What happened to it, oldest first; raises UnknownIncident."""
        with self.database.reading() as connection:
            return Ledger(connection).history(_known(Ledger(connection), incident_id).id)

    def deliveries(self, incident_id: str) -> Sequence[Posted]:
        """The messages about it, oldest first; raises UnknownIncident."""
        with self.database.reading() as connection:
            return Outbox(connection).of(_known(Ledger(connection), incident_id).id)

    def acknowledge(self, incident_id: str, by: str, note: str = "") -> Incident:
        """Somebody looks after it: only a higher severity and the end are told from now on.

        Raises UnknownIncident, or NotPossible when it is over.
        """
        return self._act(incident_id, lambda book, one, now: book.acknowledge(one, by, now, note))

    def snooze(self, incident_id: str, until: float, by: str) -> Incident:
        """Say nothing until the wall time `until`, seconds, unless it gets worse or ends.

        Raises UnknownIncident, or NotPossible when it is over or the time is past.
        """
        if until <= self.wall():
            raise NotPossible("the time until which to snooze is past")
        return self._act(incident_id, lambda book, one, now: book.snooze(one, int(until * 1000), by, now))

    def dead(self, ids: Collection[str] = (), endpoint: str | None = None) -> Sequence[Posted]:
        """Messages that were given up, oldest first."""
        with self.database.reading() as connection:
            return Outbox(connection).dead(ids, endpoint)

    def resend(self, ids: Collection[str] = (), endpoint: str | None = None) -> Sequence[Posted]:
        """Deliver dead letters after all: of these ids, of an endpoint, or all. Gives those that were found."""
        with self.database.writing() as connection:
            outbox = Outbox(connection)
            found = outbox.dead(ids, endpoint)
            outbox.revive([each.number for each in found], self._now())
        return found

    def _act(self, incident_id: str, act: Callable[[Book, Incident, int], None]) -> Incident:
        now = self._now()
        with self.database.writing() as connection:
            ledger = Ledger(connection)
            incident = _known(ledger, incident_id)
            if incident.state != "open":
                raise NotPossible(f"incident {incident_id} is {incident.state}")
            book = Book(Rules(), {incident.id: incident})
            act(book, incident, now)
            ledger.save([incident], now, is_planned=False)
            ledger.note(book.happened)
        return incident

    def _now(self) -> int:
        return int(self.wall() * 1000)


def _known(ledger: Ledger, incident_id: str) -> Incident:
    incident = ledger.get(incident_id)
    if incident is None:
        raise UnknownIncident(f"no incident has the id {incident_id}")
    return incident
