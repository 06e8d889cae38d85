"""What delivery needs from outside, as ports: time, and somewhere to send. Their fakes stand beside them."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from stream_app.alerting.errors import DeliveryFailed


class Time(Protocol):
    """Wall time. It passes only forwards."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def wait(self, news: threading.Event, seconds: float) -> None:
        """Return when `news` is set, or so many seconds later."""
        ...


class RealTime:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def wait(self, news: threading.Event, seconds: float) -> None:
        news.wait(seconds)


@dataclass(slots=True)
class FakeTime:
    """Time that passes by waiting alone."""

    at: float = 1_800_000_000.0

    def now(self) -> float:
        return self.at

    def wait(self, news: threading.Event, seconds: float) -> None:
        if not news.is_set():
            self.at += max(0.0, seconds)


class Message(NamedTuple):
    """What goes to one endpoint once. The id stays the same however often it is tried: it is the idempotency key."""

    id: str
    kind: str  # opened, updated, resolved, reopened, digest
    severity: str
    title: str
    text: str
    data: Mapping[str, Any]  # the same for machines


class Channel(Protocol):
    """A way to tell people. `kind` labels metrics."""

    kind: str

    def send(self, message: Message, at: float) -> None:
        """Return when the other side has taken the message at wall time `at`, seconds.

        Raises DeliveryFailed when it has not, Undeliverable when it never will; neither text holds a secret.
        """
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(slots=True)
class FakeChannel:
    """Keeps what was sent, and fails while it is told to."""

    kind: str = "fake"
    sent: list[Message] = field(default_factory=list)
    failure: DeliveryFailed | None = None
    is_closed: bool = False

    def send(self, message: Message, at: float) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(message)

    def close(self) -> None:
        self.is_closed = True
