"""Messages that were given up, published on `alert-dead-letters`: which, to whom, why; never the URL or a secret."""

import threading
from dataclasses import dataclass

import msgspec
import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.ports import Time
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox, Posted
from stream_app.alerting.wording import rfc3339
from stream_app.errors import BrokerUnreachable
from stream_app.provision import create_missing
from stream_app.topics import ALERT_DEAD_LETTER_TOPIC, alert_topics

LOOK_SECONDS = 2.0
SEND_SECONDS = 5.0

log = structlog.get_logger(__name__)


class AlertDeadLetter(msgspec.Struct, frozen=True, rename="camel"):
    """The value of a record; its key is the id. `reason` says why it was given up, and how the last attempt failed."""

    id: str
    endpoint: str
    incident_id: str
    kind: str
    reason: str
    attempts: int
    created: str
    given_up: str


def as_letter(posted: Posted) -> AlertDeadLetter:
    """What is published of a message."""
    times = rfc3339(posted.created), rfc3339(posted.finished)
    return AlertDeadLetter(
        posted.id, posted.endpoint, posted.incident, posted.kind, posted.reason, posted.attempts, *times
    )


@dataclass(slots=True)
class DeadLetterPublisher:
    """`run` belongs to one thread. What cannot be published now stays in the store and is published later."""

    bootstrap: str
    database: Database
    time: Time

    def run(self, stop: threading.Event) -> None:
        """Publish until stopped."""
        while not stop.is_set():
            try:
                self.publish()
            except (KafkaError, BrokerUnreachable, StoreUnavailable) as error:
                log.warning("dead letters are not published", error=type(error).__name__)
            self.time.wait(stop, LOOK_SECONDS)

    def publish(self) -> int:
        """Publish what is new; gives how many. A crash in between publishes again, under the same key."""
        with self.database.reading() as connection:
            letters = Outbox(connection).unpublished()
        if letters:
            self._send(letters)
            with self.database.writing() as connection:
                Outbox(connection).published([each.number for each in letters])
        return len(letters)

    def _send(self, letters: list[Posted]) -> None:
        create_missing(self.bootstrap, alert_topics())
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, client_id="monitor-alerts")
        try:
            sent = [
                producer.send(ALERT_DEAD_LETTER_TOPIC, key=each.id.encode(), value=msgspec.json.encode(as_letter(each)))
                for each in letters
            ]
            for each in sent:
                each.get(SEND_SECONDS)
        finally:
            producer.close(timeout=SEND_SECONDS)
