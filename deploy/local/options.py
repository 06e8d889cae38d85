"""What one local run is asked to do: one frozen value from the command line and the environment."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from shop_services.traffic.plan import PLANS

SHOP_START = datetime(2026, 3, 25, 17, 30, tzinfo=UTC)  # the evening after the 24 days the shipped models learnt from
SERVICES = ("users", "cart", "warehouse", "orders", "notifications")
FIRST_SHOP_PORT = 8080


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Ports are on 127.0.0.1. `duration` is seconds of traffic; None runs until Ctrl-C."""

    duration: float | None = None
    speed: float = 60.0  # shop minutes a minute
    start: datetime = SHOP_START
    folder: Path = Path(".run")
    kafka_port: int = 9092
    shop_port: int = FIRST_SHOP_PORT  # the gateway; the services follow
    worker_port: int = 8090
    console_port: int = 8088
    prometheus_port: int = 9190  # not the usual 9090: Debian's package starts a server of its own there
    with_watchers: bool = False  # Prometheus and Alertmanager
    alerts_port: int = 8092
    canary_port: int = 8091
    with_shoppers: bool = True
    plan: str = "demo"  # of trouble, or none
    hook: str = ""  # whom Alertmanager tells, by URL; empty: its own page
    seed: int = 7
    password: str = field(default="", repr=False)  # of the console's one person; empty: MONITOR_ACCESS names a file

    @property
    def planned(self) -> tuple[str, ...]:
        """The scenarios that are to happen."""
        return tuple(item.scenario for item in PLANS[self.plan]) if self.with_shoppers else ()

    @property
    def bootstrap(self) -> str:
        """Kafka's address."""
        return f"127.0.0.1:{self.kafka_port}"

    @property
    def gateway_url(self) -> str:
        """Where shoppers go."""
        return f"http://127.0.0.1:{self.shop_port}"

    @property
    def worker_url(self) -> str:
        """Health, readiness and metrics of the worker."""
        return f"http://127.0.0.1:{self.worker_port}"

    @property
    def alerts_url(self) -> str:
        """Health and metrics of alerts."""
        return f"http://127.0.0.1:{self.alerts_port}"

    @property
    def recorder_port(self) -> int:
        """The one after that of alerts."""
        return self.alerts_port + 1

    @property
    def console_url(self) -> str:
        """The pages people look at."""
        return f"http://127.0.0.1:{self.console_port}"

    @property
    def prometheus_url(self) -> str:
        """Metrics, rules and alerts."""
        return f"http://127.0.0.1:{self.prometheus_port}"

    @property
    def alertmanager_port(self) -> int:
        """The next one."""
        return self.prometheus_port + 1

    @property
    def alertmanager_url(self) -> str:
        """Alerts, grouped and silenced."""
        return f"http://127.0.0.1:{self.alertmanager_port}"

    @property
    def port_offset(self) -> int:
        """What is added to every port of the shop."""
        return self.shop_port - FIRST_SHOP_PORT

    @property
    def truth(self) -> Path:
        """Where the incidents made on purpose are written down."""
        return self.folder / "truth.jsonl"

    @property
    def access(self) -> Path:
        """Who may use the console."""
        return self.folder.absolute() / "monitor" / "access.toml"

    @property
    def calendar(self) -> Path:
        """What is announced for this run."""
        return self.folder.absolute() / "monitor" / "calendar.json"

    @property
    def recordings(self) -> Path:
        """The log of this run."""
        return self.folder.absolute() / "monitor" / "recordings"

    @property
    def kafka_data(self) -> Path:
        """Kafka's records."""
        return self.folder.absolute() / "kafka-data"

    def ports(self) -> dict[str, tuple[int, str]]:
        """Every port the run needs: who needs it, the port, the option that moves it."""
        names = ("gateway", *SERVICES)
        shop = {name: (self.shop_port + number, "--gateway-port") for number, name in enumerate(names)}
        watchers = {
            "prometheus": (self.prometheus_port, "--prometheus-port"),
            "alertmanager": (self.alertmanager_port, "--prometheus-port"),
        }
        return {
            "kafka": (self.kafka_port, "--kafka-port"),
            "kafka's controller": (self.kafka_port + 1, "--kafka-port"),
            **shop,
            "worker": (self.worker_port, "--worker-port"),
            "alerts": (self.alerts_port, "--alerts-port"),
            "canary": (self.canary_port, "--canary-port"),
            "recorder": (self.recorder_port, "--alerts-port"),
            "console": (self.console_port, "--console-port"),
            **(watchers if self.with_watchers else {}),
        }
