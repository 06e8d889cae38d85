"""Brings one endpoint its messages: in order within an incident, tried again, given up, circuit broken."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from stream_app.alerting.delivery.retries import Breaker, BreakerRules, Retries
from stream_app.alerting.errors import DeliveryFailed, StoreUnavailable, Undeliverable
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.ports import Channel, Time
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox, Posted, Taken

IDLE_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Courier:
    """`run` belongs to one thread, so a slow endpoint holds up no other. `news` is set when messages wait.

    A message that was sent just before a crash is sent again, with the same id: at least once, the receiver drops
    the second. `lease_ms` is longer than an attempt can take; so long a message that was under way when the process
    died is left alone.
    """

    endpoint: str
    channel: Channel
    database: Database
    time: Time
    metrics: AlertMetrics
    lease_ms: int
    retries: Retries = field(default_factory=Retries)
    rules: BreakerRules = field(default_factory=BreakerRules)
    chance: Callable[[], float] = random.random
    news: threading.Event = field(default_factory=threading.Event)
    breaker: Breaker = field(default_factory=Breaker)

    def run(self, stop: threading.Event) -> None:
        """Deliver until stopped; the attempt under way is finished first."""
        try:
            while not stop.is_set():
                self.news.clear()
                if seconds := self._turn():
                    self.time.wait(self.news, seconds)
        finally:
            self.channel.close()

    def _turn(self) -> float:
        try:
            return self.step()
        except StoreUnavailable as error:
            log.warning("delivery is held up", endpoint=self.endpoint, reason=str(error))
            return IDLE_SECONDS

    def step(self) -> float:
        """At most one attempt; gives the seconds to wait before the next step, 0 when more may be due."""
        now = self._now()
        self.metrics.tell_circuit(self.endpoint, self.rules.state(self.breaker, now))
        with self.database.reading() as connection:
            if not Outbox(connection).waits(self.endpoint):
                return IDLE_SECONDS
        taken = self._take(now)
        if taken is None:
            return max(IDLE_SECONDS, self._pause(now))
        self._attempt(taken)
        return 0.0

    def _take(self, now: int) -> Taken | None:
        with self.database.writing() as connection:
            outbox = Outbox(connection)
            for old in outbox.overdue(self.endpoint, now - self.retries.max_age_ms):
                self._bury(outbox, old, now, "too_old")
            return outbox.take(self.endpoint, now, self.lease_ms) if self.rules.admits(self.breaker, now) else None

    def _pause(self, now: int) -> float:
        """Seconds for which the circuit stays open."""
        return 0.0 if self.rules.admits(self.breaker, now) else (self.breaker.until - now) / 1000

    def _attempt(self, taken: Taken) -> None:
        try:
            self.channel.send(taken.message, self.time.now())
        except DeliveryFailed as error:
            self._failed(taken.posted, error)
        except Exception as error:  # noqa: BLE001 - a channel's own fault must not end the delivery of everything else
            self._failed(taken.posted, DeliveryFailed("unexpected", f"the channel failed ({type(error).__name__})"))
        else:
            self._sent(taken.posted)

    def _sent(self, posted: Posted) -> None:
        now = self._now()
        self.breaker = Breaker()
        with self.database.writing() as connection:
            Outbox(connection).sent(posted.number, now)
        self.metrics.deliveries.labels(self.channel.kind, "sent").inc()
        self.metrics.latency.labels(self.channel.kind).observe(max(0.0, (now - posted.seen) / 1000))
        log.info("delivered", endpoint=self.endpoint, id=posted.id, kind=posted.kind, incident=posted.incident)

    def _failed(self, posted: Posted, error: DeliveryFailed) -> None:
        now = self._now()
        self.breaker = self.rules.failed(self.breaker, now)
        self.metrics.failures.labels(self.channel.kind, error.reason).inc()
        self.metrics.deliveries.labels(self.channel.kind, "failed").inc()
        log.warning("not delivered", endpoint=self.endpoint, id=posted.id, reason=error.reason, text=str(error))
        attempts = posted.attempts + 1
        end = self.retries.reason_to_stop(attempts, now - posted.created)
        with self.database.writing() as connection:
            outbox = Outbox(connection)
            outbox.retry(posted.number, now + self.retries.wait(attempts, self.chance()), error.reason)
            if end or isinstance(error, Undeliverable):
                self._bury(outbox, posted, now, f"{end or 'undeliverable'}: {error.reason}")

    def _bury(self, outbox: Outbox, posted: Posted, now: int, reason: str) -> None:
        outbox.bury(posted.number, now, reason)
        self.metrics.deliveries.labels(self.channel.kind, "dead").inc()
        log.error("dead letter", endpoint=self.endpoint, id=posted.id, incident=posted.incident, reason=reason)

    def _now(self) -> int:
        return int(self.time.now() * 1000)
