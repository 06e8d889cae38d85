"""What the console needs to know to run: one frozen value, built by whoever starts it."""

from dataclasses import dataclass, field
from pathlib import Path

from models.clock import Clock
from models.registry import STORE
from shop_services.contracts.topics import ANOMALY_TOPIC, DEAD_LETTER_TOPIC
from stream_app.topics import READINGS_TOPIC


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """`clock` gives the shop's time (a demonstration runs faster than the wall); without it the wall clock is used."""

    bootstrap: str = "127.0.0.1:9092"
    host: str = "127.0.0.1"
    port: int = 8088
    worker_url: str = "http://127.0.0.1:8090"
    title: str = "Shop monitor"
    clock: Clock | None = None
    anomaly_topic: str = ANOMALY_TOPIC
    readings_topic: str = READINGS_TOPIC
    dead_letter_topic: str = DEAD_LETTER_TOPIC
    show_synthetic: bool = False  # canaries too
    access: Path | None = None  # who may do what; without it those on this machine may read
    data: Path = Path(".run/monitor")  # where the key of the cookies is kept
    database: str = field(default="", repr=False)  # of incidents, may hold a password; else a file in the data folder
    registry: Path = STORE  # the models that the worker follows
    worker_token: str = field(default="", repr=False)  # lets the console change the worker's calendar
    config: Path | None = None  # how the detectors are set
    calendar: Path | None = None  # closed days and change windows, as the worker reads them
    recordings: Path | None = None  # folder of recorded logs, for what would have fired
    grafana_url: str = ""  # with the shipped dashboards

    @property
    def database_url(self) -> str:
        """The database of incidents; may hold a password."""
        return self.database or f"sqlite:///{self.data.absolute()}/alerts.db"
