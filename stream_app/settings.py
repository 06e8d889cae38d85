"""The monitor's settings: one frozen object a process, read from the environment in one place."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.clock import parse_clock
from stream_app.errors import BadSetting

SHIPPED_MODELS = Path(__file__).parent.parent / "models" / "store"
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Environment variables are the names in capitals with the prefix `MONITOR_`."""

    model_config = SettingsConfigDict(env_prefix="MONITOR_", frozen=True, extra="ignore", use_attribute_docstrings=True)

    broker: str = Field(default="127.0.0.1:9092", pattern=r"^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$")
    """Where Kafka is: host:port, several separated by commas."""
    host: str = "127.0.0.1"
    """Address on which health, metrics and the console are served."""
    port: Port = 8090
    """Port of the worker's health and metrics."""
    console_port: Port = 8088
    """Port of the console."""
    worker_url: str = "http://127.0.0.1:8090"
    """Where the console finds the worker."""
    grafana_url: str = ""
    """Where Grafana with the shipped dashboards is; without it an incident links to none."""
    recordings: Path | None = None
    """Folder of recorded logs (`record`) on which the console asks what other thresholds would have found."""
    console_url: str = "http://127.0.0.1:8088"
    """Where people find the console; used in links."""
    data: Path = Path(".run/monitor")
    """Folder for local state."""
    registry: Path = SHIPPED_MODELS
    """Folder of the model bundles; the default is the bundles shipped with the package."""
    reload_seconds: float = Field(default=5.0, ge=0, le=3600)
    """How often registry, calendar and drift are looked at, wall time; 0: never."""
    probation_rows: int = Field(default=500, ge=0)
    """Rows that a freshly promoted model and its predecessor both score; 0: it is trusted at once."""
    agreement_at_least: float = Field(default=0.9, ge=0, le=1)
    """Least share of those rows with the same verdict; below it the predecessor serves again."""
    model_max_age_days: float = Field(default=35.0, gt=0)
    """Days of event time after its newest training day from which a model is stale."""
    config: Path | None = None
    """TOML file of detectors, calendar and routes, read again when it changes; without it the defaults hold."""
    calendar: Path | None = None
    """JSON file of closed days and change windows, read again when it changes; without it there are none."""
    alerts_port: Port = 8092
    """Port of the health and metrics of alerts."""
    alerts_database: SecretStr = SecretStr("")
    """Where incidents are kept: sqlite:///FILE or postgresql+psycopg://...; without it a file in the data folder."""
    routes: Path | None = None
    """TOML file of endpoints and routes: who is told of which incidents; without it what MONITOR_CONFIG says."""
    alerts_allow_private: bool = False
    """Whether messages may go to addresses in private networks, this machine included."""
    alerts_dry: str = ""
    """Scenarios, separated by commas, whose anomalies become incidents but page nobody."""
    alerts_gap_seconds: float = Field(default=900.0, ge=0, le=86_400)
    """How far apart anomalies of one incident may lie, in event time."""
    alerts_settle_seconds: float = Field(default=300.0, ge=0, le=86_400)
    """An incident is resolved when all its anomalies have been over for so long, in event time."""
    alerts_stale_seconds: float = Field(default=3600.0, gt=0, le=604_800)
    """What is over and was detected longer ago pages nobody; after a lost store what is open neither; wall time."""
    alerts_give_up_seconds: float = Field(default=86_400.0, gt=0, le=2_592_000)
    """A message that could not be delivered for so long becomes a dead letter, wall time."""
    alerts_attempts: int = Field(default=100, ge=1, le=10_000)
    """After so many attempts a message becomes a dead letter."""
    alerts_keep_days: float = Field(default=90.0, gt=0, le=3650)
    """How long incidents that are over are kept, wall time."""
    alerts_false_days: float = Field(default=7.0, ge=0, le=365)
    """So long after a verdict `false` nobody is told of what is like it, wall time; 0: it is told."""
    alerts_expected_hours: float = Field(default=24.0, ge=0, le=8760)
    """The same after a verdict `expected`, in hours."""
    alerts_new_normal_days: float = Field(default=30.0, ge=0, le=365)
    """The same after a verdict `new_normal`, at most: another version of the model ends it."""
    alerts_precision_days: float = Field(default=30.0, gt=0, le=365)
    """So long a verdict counts for the precision that is exported, wall time."""
    access: Path | None = None
    """TOML file of people and API tokens (access add-person), read again when it changes; without it nobody may act."""
    api_token: SecretStr = SecretStr("")
    """Who knows it may add and remove change windows, beside tokens of the access file with the scope act."""
    conformance: bool = True
    """Whether commands without their event are looked for; it costs about as much as a scenario."""
    canary_seconds: float = Field(default=300.0, ge=0, le=86_400)
    """How often the canary process stages an anomaly to see whether it is found, wall time; 0: never."""
    canary_patience_seconds: float = Field(default=30.0, gt=0, le=3600)
    """A canary that is not found within so long is missed, wall time."""
    canary_port: Port = 8091
    """Port of the canary's health and metrics."""
    recorder_port: Port = 8093
    """Port of the health and metrics of `record --follow`."""
    clock: str = "wall"
    """wall, events, or scaled:<speed>:<shop start, RFC 3339>:<anchor in unix seconds>."""
    lateness_seconds: float = Field(default=30.0, ge=0, le=86_400)
    """Allowed lateness of events, in event time."""
    heartbeat_seconds: float = Field(default=0.5, gt=0, le=60)
    """How often reading positions are reported, wall time."""
    snapshot_seconds: float = Field(default=5.0, gt=0, le=3600)
    """How often detectors store their state, wall time; a large state is stored less often."""
    stale_seconds: float = Field(default=10.0, gt=0, le=3600)
    """Without a reading position for so long the pipeline is at fault, wall time."""
    settle_seconds: float = Field(default=30.0, ge=0, le=3600)
    """After the broker was away nothing is judged for so long: the shop's backlog arrives, wall time."""
    store: str = Field(default="memory://", pattern=r"^(memory|rocksdb)://")
    """Faust's table store: memory:// or rocksdb://."""
    log_level: str = Field(default="info", pattern=r"^(debug|info|warning|error)$")
    """debug, info, warning or error."""

    @property
    def alerts_database_url(self) -> str:
        """The database of incidents; may hold a password."""
        return self.alerts_database.get_secret_value() or f"sqlite:///{self.data.absolute()}/alerts.db"

    @field_validator("clock")
    @classmethod
    def _clock_is_known(cls, text: str) -> str:
        parse_clock(text)
        return text


def load_settings() -> Settings:
    """The settings of this process; BadSetting names the first one that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "MONITOR_" + str(first["loc"][0]).upper()
        raise BadSetting(f"{name}={first['input']!r} cannot be used: {first['msg']}") from None
