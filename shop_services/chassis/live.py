"""A service at work: every message is one transaction of state, outbox and the list of messages already processed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from shop_services.chassis.bus import BusRecord
from shop_services.chassis.clock import Clock
from shop_services.chassis.errors import DatabaseUnavailable
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.mint import Mint
from shop_services.chassis.outbox import prepare_outbox, put_in_outbox
from shop_services.chassis.pipeline import Arrival, Outcome, arrival_of_request, pass_time, process
from shop_services.chassis.rows import Database, Tables
from shop_services.chassis.service import Service
from shop_services.contracts.catalogue import message_types
from shop_services.contracts.envelope import Envelope, decode, payload
from shop_services.contracts.errors import UndecodableMessage
from shop_services.contracts.ids import uuid7
from shop_services.contracts.message import Command, Event, Message

_REMEMBERED = timedelta(days=30)  # of shop time; Kafka keeps a week
_OUTCOMES = ("handled", "duplicate", "skipped", "undecodable", "failed")

_log = structlog.get_logger()


class Processed(msgspec.Struct, frozen=True):
    """A message from Kafka that has had its effect. `message_id` is a UUIDv7, so the oldest come first."""

    message_id: str


class LiveService:
    """One service over its database. Called from the threads of the web server, of the intake and of the timekeeper."""

    def __init__(
        self,
        service: Service,
        database: Database,
        clock: Clock,
        mint: Mint,
        metrics: ServiceMetrics,
        *,
        echo_codes: bool = False,
    ) -> None:
        self.service = service
        self.clock = clock
        self.mint = mint
        self.metrics = metrics
        self.echo_codes = echo_codes
        self._database = database
        self._on_commit: Callable[[], None] = lambda: None
        with database.transaction() as tables:  # the first use creates what is missing
            self._open(tables)
            prepare_outbox(tables)
            tables.rows(Processed)
        self._show_zeros()

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Call `wake()` whenever messages wait in the outbox."""
        self._on_commit = wake

    def request(self, command: Command) -> Outcome:
        """Handle a shopper's command. Raises the Refused that stopped it, after the command was logged."""
        with self._database.transaction() as tables:
            now = self.clock.now()  # inside, so that times follow the order of the transactions
            arrival = arrival_of_request(command, now, self.mint)
            outcome = process(self.service, self._open(tables), arrival, now, self.mint)
            put_in_outbox(tables, outcome.published)
        self._done(outcome)
        if outcome.refusal is not None:
            raise outcome.refusal
        return outcome

    def receive(self, record: BusRecord) -> None:
        """Handle a record from Kafka, once however often it comes; after DatabaseUnavailable it must come again."""
        outcome = self._received(record)
        self.metrics.received.labels(self.service.service, outcome).inc()

    def pass_time(self) -> None:
        """Do what falls due by itself."""
        for chore in self.service.chores:
            with self._database.transaction() as tables:
                outcome = pass_time(self.service, self._open(tables), chore, self.clock.now(), self.mint)
                put_in_outbox(tables, outcome.published)
            self._done(outcome)

    def forget_processed(self) -> None:
        """Drop the ids of messages so old that Kafka does not bring them again."""
        with self._database.transaction() as tables:
            tables.rows(Processed).delete_until(uuid7(self.clock.now() - _REMEMBERED, 0))

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """The service's store, to look something up."""
        with self._database.snapshot() as tables:
            yield self._open(tables)

    def _open(self, tables: Tables) -> Any:
        return self.service.store(tables)

    def _received(self, record: BusRecord) -> str:
        try:
            envelope = decode(record.value)
            if not self._is_awaited(envelope):
                return "skipped"
            arrival = _arrival(envelope)
        except UndecodableMessage as error:
            _log.warning("record left out", position=record.position, reason=str(error))
            return "undecodable"
        return self._outcome_of(arrival, record.position)

    def _outcome_of(self, arrival: Arrival, position: str) -> str:
        """A handler that fails is a mistake in the program, not in the message: it is told, and the service goes on."""
        try:
            return "handled" if self._process_once(arrival) else "duplicate"
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it must not stop the intake
            _log.exception("handler failed", position=position, type=type(arrival.message).__name__, id=arrival.id)
            return "failed"

    def _is_awaited(self, envelope: Envelope) -> bool:
        kind = message_types().get(envelope.type)
        return kind is not None and (kind.cls in self.service.commands or kind.cls in self.service.reactions)

    def _process_once(self, arrival: Arrival) -> bool:
        with self._database.transaction() as tables:
            processed = tables.rows(Processed)
            if processed.get(arrival.id) is not None:
                return False
            processed.put(Processed(arrival.id))
            outcome = process(self.service, self._open(tables), arrival, self.clock.now(), self.mint)
            put_in_outbox(tables, outcome.published)
        self._done(outcome)
        return True

    def _done(self, outcome: Outcome) -> None:
        for _, _, message in outcome.published:
            self._count(message, outcome)
        if outcome.published:
            self._on_commit()

    def _show_zeros(self) -> None:
        """A counter nobody has touched is not exported, and no alert could see it stand still."""
        name = self.service.service
        for outcome in _OUTCOMES:
            self.metrics.received.labels(name, outcome)
        for command in self.service.commands:
            for result in ("accepted", "refused"):
                self.metrics.commands.labels(name, command.__name__, result)
        for kind in message_types().values():
            if kind.service == name and not kind.is_command:
                self.metrics.events.labels(name, kind.name)

    def _count(self, message: Message, outcome: Outcome) -> None:
        name, service = type(message).__name__, self.service.service
        if isinstance(message, Event):
            self.metrics.events.labels(service, name).inc()
        elif type(message) in self.service.commands:
            result = "refused" if outcome.refusal else "accepted"
            self.metrics.commands.labels(service, name, result).inc()


def _arrival(envelope: Envelope) -> Arrival:
    correlation = envelope.correlationid or envelope.id
    return Arrival(payload(envelope), envelope.id, envelope.subject or "", correlation, envelope.causationid)
