"""What the console needs to know to run: one frozen value, built by whoever starts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.topics import READINGS_TOPIC


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """`clock` gives the shop's time (a demonstration runs faster than the wall); without it the wall clock is used."""

    bootstrap: str = "127.0.0.1:9092"
    host: str = "127.0.0.1"
    port: int = 8088
    worker_url: str = "http://127.0.0.1:8090"
    title: str = "Shop monitor"
    clock: Callable[[], datetime] | None = None
    anomaly_topic: str = ANOMALY_TOPIC
    readings_topic: str = READINGS_TOPIC

    def now_ms(self) -> int:
        """The shop's time, ms since the epoch."""
        now = self.clock() if self.clock else datetime.now(UTC)
        return int(now.timestamp() * 1000)
