"""The bus on Apache Kafka, by kafka-python. Passes the same contract tests as `bus.MemoryBus`."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaConnectionError, KafkaError
from kafka.net.compat import KafkaNetClient

from shop_services.chassis.bus import BusRecord
from shop_services.chassis.errors import BusUnavailable, SetupFailed

_log = structlog.get_logger()
_CONNECT_MS = 5_000
_SEND_SECONDS = 10.0
# The client gives up on a record before we do: a producer that still holds records cannot be closed.
_DELIVERY_MS, _REQUEST_MS = 8_000, 5_000
# A consumer that died is replaced after this long; the client's default would be 45 s.
_SESSION_MS, _HEARTBEAT_MS = 6_000, 1_000


class KafkaBus:
    """Topics must exist before anybody uses them; `check` says so in a sentence."""

    def __init__(self, bootstrap: str) -> None:
        self._servers = bootstrap.split(",")

    def check(self, topics: Sequence[str]) -> None:
        """Raises SetupFailed when Kafka does not answer or a topic is missing."""
        where = ",".join(self._servers)
        try:
            with _translated():
                admin = _connected(KafkaAdminClient, self._servers)
                existing = set(admin.list_topics())
                admin.close()
        except BusUnavailable:
            raise SetupFailed(
                f"Kafka does not answer at {where}. Start it, or set SHOP_KAFKA to where it is."
            ) from None
        if missing := sorted(set(topics) - existing):
            raise SetupFailed(f"Kafka at {where} lacks the topics {', '.join(missing)}. Create them first.")

    def publisher(self) -> "KafkaPublisher":
        return KafkaPublisher(self._servers)

    def subscribe(self, topics: Sequence[str], group: str) -> "KafkaSubscription":
        return KafkaSubscription(self._servers, topics, group)


class KafkaPublisher:
    """An idempotent producer that waits for all replicas. After an error it is of no further use: make a new one."""

    def __init__(self, servers: Sequence[str]) -> None:
        with _translated():
            self._producer = _connected(
                KafkaProducer,
                servers,
                max_block_ms=_CONNECT_MS,
                delivery_timeout_ms=_DELIVERY_MS,
                request_timeout_ms=_REQUEST_MS,
            )

    def send(self, records: Sequence[BusRecord]) -> None:
        with _translated():
            pending = [
                self._producer.send(record.topic, record.value, record.key, headers=record.headers)
                for record in records
            ]
            self._producer.flush(timeout=_SEND_SECONDS)
            for sent in pending:
                sent.get(timeout=0)

    def close(self) -> None:
        """Never raises: what could not be sent is still in the outbox, and its relay has to go on."""
        try:
            self._producer.close(timeout=1)
        except KafkaError as error:
            _log.warning("a producer would not close", reason=type(error).__name__)


class KafkaSubscription:
    """A member of a consumer group that commits by hand."""

    def __init__(self, servers: Sequence[str], topics: Sequence[str], group: str) -> None:
        with _translated():
            self._consumer = _connected(
                KafkaConsumer,
                servers,
                *topics,
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=_SESSION_MS,
                heartbeat_interval_ms=_HEARTBEAT_MS,
            )

    def poll(self, timeout_seconds: float) -> list[BusRecord]:
        with _translated():
            batches = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000))
        return [_received(record) for batch in batches.values() for record in batch]

    def commit(self) -> None:
        with _translated():
            self._consumer.commit()

    def close(self) -> None:
        """Never raises: whoever lost the broker closes this to make a new one."""
        try:
            self._consumer.close(autocommit=False, timeout_ms=2_000)
        except KafkaError as error:
            _log.warning("a consumer would not close", reason=type(error).__name__)


def _received(record: Any) -> BusRecord:
    position = f"{record.topic}[{record.partition}]@{record.offset}"
    return BusRecord(record.topic, record.key or b"", record.value or b"", list(record.headers), position)


def _connected(make: Callable[..., Any], servers: Sequence[str], *topics: str, **configs: Any) -> Any:
    """A client of kafka-python. One that fails to connect leaves its thread and sockets behind: they are closed here,
    else an outage of half an hour would use up all file descriptors."""
    _knock(servers)
    made: list[KafkaNetClient] = []

    def new_client(**options: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**options))
        return made[-1]

    try:
        return make(
            *topics,
            bootstrap_servers=servers,
            bootstrap_timeout_ms=_CONNECT_MS,
            kafka_client=new_client,
            **configs,
        )
    except KafkaError:
        for client in made:
            client.close()
        raise


def _knock(servers: Sequence[str]) -> None:
    """Raise KafkaConnectionError unless one of the addresses takes connections: kafka-python leaves the socket of
    a refused connection to the garbage collector."""
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), _CONNECT_MS / 1000).close()
            return
        except OSError as error:
            refused = error
    raise KafkaConnectionError(f"nobody answers at {','.join(servers)}") from refused


@contextmanager
def _translated() -> Iterator[None]:
    """Trouble with Kafka, in our words."""
    try:
        yield
    except KafkaError as error:
        raise BusUnavailable(f"Kafka: {type(error).__name__}. It is tried again until Kafka answers.") from error
