"""The threads of a service: one reads Kafka, one does what falls due."""

from collections.abc import Callable

import structlog

from shop_services.chassis.background import Background
from shop_services.chassis.bus import Bus, Subscription
from shop_services.chassis.errors import BusUnavailable, DatabaseUnavailable
from shop_services.chassis.inboxes import inbox_of
from shop_services.chassis.live import LiveService
from shop_services.chassis.service import Service
from shop_services.contracts.catalogue import message_type

_POLL_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_CHORES_EVERY_SECONDS = 1.0
_FORGET_EVERY = 3600  # rounds of chores

_log = structlog.get_logger()


class Intake(Background):
    """Reads what the service awaits and commits after the transaction, so that a crash repeats but never loses."""

    def __init__(self, live: LiveService, bus: Bus) -> None:
        super().__init__("intake", self._run)
        self._live = live
        self._bus = bus
        self._failures = live.metrics.bus_failures.labels(live.service.service, "in")
        self.is_connected = False

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._read()
            except (BusUnavailable, DatabaseUnavailable) as error:
                self.is_connected = False
                self._failures.inc()
                _log.warning("intake waits", reason=str(error))
                self.stopping.wait(_PAUSE_SECONDS)

    def _read(self) -> None:
        subscription = self._bus.subscribe(awaited_topics(self._live.service), self._live.service.service)
        self.is_connected = True
        try:
            while not self.stopping.is_set():
                self._read_some(subscription)
        finally:
            subscription.close()

    def _read_some(self, subscription: Subscription) -> None:
        records = subscription.poll(_POLL_SECONDS)
        for record in records:
            self._live.receive(record)
        if records:
            subscription.commit()


class Timekeeper(Background):
    """Every second, what falls due; every hour, forgetting."""

    def __init__(self, live: LiveService) -> None:
        super().__init__("timekeeper", self._run)
        self._live = live

    def _run(self) -> None:
        rounds = 0
        while not self.stopping.wait(_CHORES_EVERY_SECONDS):
            rounds += 1
            self._try(self._live.pass_time)
            if rounds % _FORGET_EVERY == 0:
                self._try(self._live.forget_processed)

    def _try(self, chore: Callable[[], None]) -> None:
        try:
            chore()
        except DatabaseUnavailable as error:
            _log.warning("chore put off", reason=str(error))


def awaited_topics(service: Service) -> tuple[str, ...]:
    """What a service reads: its inbox, and the topics of the events it reacts to."""
    topics = {message_type(event).topic for event in service.reactions}
    return (inbox_of(service.service), *sorted(topics))
