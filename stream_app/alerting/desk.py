"""What others may see and do: the console's API and the command line. Works beside the running process, on its store.

The process keeps nothing in memory between two turns, so what is done here holds from its next turn on, within a
second.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from models.labels import Label
from stream_app.alerting.errors import BadFeedback, NotPossible, UnknownAnomaly, UnknownIncident, UnknownMute
from stream_app.alerting.feedback import Given, Mute, Scope, Verdict, judging
from stream_app.alerting.feedback.labels import EXPORTED, as_labels
from stream_app.alerting.feedback.similar import SEARCHED, like
from stream_app.alerting.incidents.book import Book, Happening, Rules
from stream_app.alerting.incidents.incident import Incident, State
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.feedback import Feedback
from stream_app.alerting.store.ledger import Ledger
from stream_app.alerting.store.outbox import Outbox, Posted
from stream_app.alerting.store.search import Place, Search, Wanted

__all__ = ["BadFeedback", "IncidentDesk", "NotPossible", "UnknownAnomaly", "UnknownIncident", "UnknownMute"]


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

    def search(self, wanted: Wanted, limit: int = 50, below: Place | None = None) -> tuple[Sequence[Incident], int]:
        """Incidents that are wanted, the newest first, and how many there are in all."""
        with self.database.reading() as connection:
            search = Search(connection)
            return search.incidents(wanted, limit, below), search.count(wanted)

    def holder(self, anomaly_id: str) -> str | None:
        """The id of the incident that an anomaly belongs to; None while it belongs to none."""
        with self.database.reading() as connection:
            incident = Ledger(connection).holder(anomaly_id)
        return incident.id if incident else None

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

    def messages(
        self, state: str = "", endpoint: str = "", limit: int = 50, below: int | None = None
    ) -> Sequence[Posted]:
        """The log of messages, the newest first; the next page begins below the number of the last one."""
        with self.database.reading() as connection:
            return Search(connection).messages(state, endpoint, limit, below)

    def endpoints(self) -> Sequence[str]:
        """Whom messages were for."""
        with self.database.reading() as connection:
            return Search(connection).endpoints()

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

    def judge(self, incident_id: str, verdict: Verdict, by: str, cause: str = "") -> Incident:
        """Say what its anomalies, all of them so far, were; a verdict may be changed, the newest holds.

        `false` and `expected` keep look-alikes quiet for a while, `new_normal` until the models are fitted anew.
        Raises UnknownIncident, BadFeedback, or NotPossible when it went on as another.
        """
        with self.database.writing() as connection:
            incident = _known(Ledger(connection), incident_id)
            judging.judge(connection, incident, incident.members.values(), verdict, by, cause, self._now())
        return incident

    def judge_anomaly(self, anomaly_id: str, verdict: Verdict, by: str, cause: str = "") -> Incident:
        """The same of one anomaly alone; gives its incident. Raises UnknownAnomaly, BadFeedback."""
        with self.database.writing() as connection:
            incident = Ledger(connection).holder(anomaly_id)
            if incident is None:
                raise UnknownAnomaly("no anomaly of an incident has this id")
            one = incident.members[anomaly_id]
            judging.judge(connection, incident, [one], verdict, by, cause, self._now())
        return incident

    def verdicts(self, incident_id: str) -> Sequence[Given]:
        """What was said about its anomalies, oldest first: of an anomaly the last one holds; raises UnknownIncident."""
        with self.database.reading() as connection:
            incident = _known(Ledger(connection), incident_id)
            return Feedback(connection).about(incident.id, incident.members)

    def labels(self) -> Sequence[Label]:
        """What holds of all that was said, for training: of every judged anomaly one, oldest verdict first."""
        with self.database.reading() as connection:
            given = Feedback(connection).holding(most=EXPORTED)
            return as_labels(given, Ledger(connection).sightings([each.anomaly_id for each in given]))

    def mute(self, scope: Scope, until: float, by: str, reason: str = "") -> Mute:
        """Tell nobody of anomalies that the scope covers, until the wall time `until`, seconds; raises BadFeedback.

        What was told before is told to its end; what goes on when the mute ends is told then.
        """
        with self.database.writing() as connection:
            return judging.mute(connection, scope, int(until * 1000), by, reason, self._now())

    def mutes(self) -> Sequence[Mute]:
        """Those that hold, the one that ends first at the head."""
        with self.database.reading() as connection:
            return Feedback(connection).mutes(self._now())

    def unmute(self, mute_id: str) -> None:
        """End a mute now; raises UnknownMute."""
        with self.database.writing() as connection:
            if not Feedback(connection).unmute(mute_id):
                raise UnknownMute("no mute has this id, or it has ended")

    def similar(self, incident_id: str, limit: int = 5) -> Sequence[Incident]:
        """Others in which a scenario found the same entity, the newest first; raises UnknownIncident.

        Looked for among the newest thousand.
        """
        with self.database.reading() as connection:
            ledger = Ledger(connection)
            return like(_known(ledger, incident_id), ledger.page(None, SEARCHED, None))[:limit]

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
