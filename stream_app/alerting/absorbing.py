"""What was read becomes incidents and messages, with the position in the topic, in one transaction.

So a crash between any two lines loses nothing and tells nothing twice. Nothing is remembered between two calls but the
newest event time: what another process does to an incident (acknowledge, snooze) is seen by the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.clock import Clock
from stream_app.alerting.feedback.quiet import SPANS, Hush, Spans
from stream_app.alerting.incidents.book import Book, Rules
from stream_app.alerting.incidents.incident import Sighting
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.planning import Notice, Planner
from stream_app.alerting.ports import Time
from stream_app.alerting.sightings import Read
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.feedback import Feedback
from stream_app.alerting.store.ledger import REBUILDING, Ledger
from stream_app.alerting.store.outbox import Outbox


@dataclass(slots=True)
class Absorber:
    """Owns no thread. `clock` is the shop's time, `time` the wall's."""

    topic: str
    database: Database
    planner: Planner
    rules: Rules
    clock: Clock
    time: Time
    metrics: AlertMetrics
    spans: Spans = SPANS
    newest: int = 0  # event time, ms

    def begin(self) -> dict[int, int]:
        """Where to go on reading, by partition. An empty store is marked: it is rebuilt before anybody is told."""
        with self.database.writing() as connection:
            ledger = Ledger(connection)
            if not ledger.marked(REBUILDING):
                ledger.mark(REBUILDING, "yes")
            return ledger.positions(self.topic)

    def restart(self, partition: int, offset: int) -> None:
        """The topic was made anew: its offsets begin here again."""
        with self.database.writing() as connection:
            Ledger(connection).move(self.topic, partition, offset)

    def absorb(self, records: Sequence[Read], caught_up: bool) -> list[Notice]:
        """Take in records and the course of time; tells only when everything so far was read. Gives what is to be told.

        Raises StoreUnavailable, and then nothing has changed: read the records again.
        """
        now = int(self.time.now() * 1000)
        with self.database.writing() as connection:
            ledger, outbox = Ledger(connection), Outbox(connection)
            fresh = self._fresh(ledger, records)
            book = self._open_book(ledger, fresh)
            self._take(book, fresh, Feedback(connection), now)
            book.settle(self._event_time(), now)
            notices = self._plan(ledger, book, now) if caught_up else []
            if caught_up:
                ledger.all_planned()
            ledger.save((book.incidents[each] for each in sorted(book.touched)), now, is_planned=caught_up)
            ledger.note(book.happened)
            outbox.add(notices, now)
            for endpoint in self.planner.routes.endpoints:
                outbox.bundle(endpoint, now)
        self._count(book)
        return notices

    def forget(self, keep_ms: int) -> None:
        """Drop what has been over for so long, and what was said about it."""
        now = int(self.time.now() * 1000)
        with self.database.writing() as connection:
            Ledger(connection).forget(now - keep_ms)
            Feedback(connection).forget(now - max(keep_ms, self.spans.longest))

    def _take(self, book: Book, fresh: Sequence[Sighting], feedback: Feedback, now: int) -> None:
        """Take in anomalies, with what people said about those like them; an hour without news asks nothing."""
        if not fresh and not any(each.hushed for each in book.incidents.values()):
            return
        hush = Hush(feedback.holding(now - self.spans.longest), feedback.mutes(now), self.spans)
        for seen in sorted(fresh, key=lambda one: (one.possible, one.id, one.event.revision)):
            book.take(hush.applied(seen, now), now)
        book.recheck(lambda one: hush.reason(one, now), now)

    def _count(self, book: Book) -> None:
        for happening in book.happened:
            self.metrics.changes.labels(happening.kind).inc()
        for reason in book.quieted:
            self.metrics.quiet.labels(reason).inc()

    def _fresh(self, ledger: Ledger, records: Sequence[Read]) -> list[Sighting]:
        """The anomalies of records that are not in the store yet; the positions move behind all of them."""
        positions = ledger.positions(self.topic)
        fresh = []
        for record in records:
            if record.offset >= positions.get(record.partition, 0):
                positions[record.partition] = record.offset + 1
                fresh += [record.seen] if record.seen else []
        for partition in {record.partition for record in records}:
            ledger.move(self.topic, partition, positions[partition])
        return fresh

    def _open_book(self, ledger: Ledger, fresh: Sequence[Sighting]) -> Book:
        earliest = min((one.start for one in fresh), default=self._event_time())
        self.newest = max((self.newest, *(one.possible for one in fresh)))
        living = ledger.living(earliest - self.rules.gap_ms, [one.id for one in fresh])
        self.newest = max((self.newest, *(each.last_end for each in living.values())))
        return Book(self.rules, living)

    def _plan(self, ledger: Ledger, book: Book, now: int) -> list[Notice]:
        if ledger.marked(REBUILDING) == "yes":
            book.settle(self._event_time() + self.rules.settle_ms, now)  # what is over needs no settling any more
            for incident in book.incidents.values():
                self.planner.assume(incident, now)
            book.touched.update(book.incidents)
            ledger.mark(REBUILDING, "no")
        notices = []
        for incident in sorted(book.incidents.values(), key=lambda each: (each.opened, each.id)):
            if told := self.planner.plan(incident, now):
                notices += told
                book.touched.add(incident.id)
        return notices

    def _event_time(self) -> int:
        return self.clock.now_ms() or self.newest
