"""What one local run is asked to do: one frozen value from the command line and the environment."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SHOP_START = datetime(2026, 3, 25, 17, 30, tzinfo=UTC)  # the evening after the 24 days the shipped models learnt from
SERVICES = ("users", "cart", "warehouse", "orders", "notifications")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Ports are on 127.0.0.1. `duration` is seconds of traffic; None runs until Ctrl-C."""

    duration: float | None = None
    speed: float = 60.0  # shop minutes a minute
    start: datetime = SHOP_START
    folder: Path = Path(".run")
    kafka_port: int = 9092
    shop_port: int = 8080  # the gateway; the services follow
    worker_port: int = 8090
    console_port: int = 8088
    with_shoppers: bool = True
    seed: int = 7

    @property
    def bootstrap(self) -> str:
        """Kafka's address."""
        return f"127.0.0.1:{self.kafka_port}"

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.shop_port}"

    @property
    def worker_url(self) -> str:
        return f"http://127.0.0.1:{self.worker_port}"

    @property
    def console_url(self) -> str:
        return f"http://127.0.0.1:{self.console_port}"

    @property
    def truth(self) -> Path:
        """Where the incidents made on purpose are written down."""
        return self.folder / "truth.jsonl"

    def ports(self) -> dict[str, int]:
        """Every port the run needs, by who needs it."""
        services = {name: self.shop_port + number for number, name in enumerate(("gateway", *SERVICES))}
        return {
            "kafka": self.kafka_port,
            "kafka controller": self.kafka_port + 1,
            **services,
            "worker": self.worker_port,
            "console": self.console_port,
        }
