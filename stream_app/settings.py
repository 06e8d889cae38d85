"""The monitor's settings: one frozen object a process, read from the environment in one place."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.clock import parse_clock
from stream_app.errors import BadSetting

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Environment variables are the names in capitals with the prefix `MONITOR_`."""

    model_config = SettingsConfigDict(env_prefix="MONITOR_", frozen=True, extra="ignore")

    broker: str = Field("127.0.0.1:9092", description="Kafka's bootstrap address, host:port.", pattern=r"^[^\s:]+:\d+$")
    host: str = Field("127.0.0.1", description="Address the worker's health and metrics are served on.")
    port: Port = Field(8090, description="Port of the worker's health and metrics.")
    console_port: Port = Field(8088, description="Port of the console.")
    worker_url: str = Field("http://127.0.0.1:8090", description="Where the console finds the worker.")
    console_url: str = Field("http://127.0.0.1:8088", description="Where people find the console; used in links.")
    data: Path = Field(Path(".run/monitor"), description="Folder for local state.")
    registry: Path = Field(
        Path(__file__).parent.parent / "models" / "store",
        description="Folder of the model bundles; default: those shipped.",
    )
    clock: str = Field("wall", description="wall, events, or scaled:<speed>:<shop start>:<anchor in unix seconds>.")
    lateness_seconds: float = Field(30.0, ge=0, le=86_400, description="Allowed lateness of events, in event time.")
    heartbeat_seconds: float = Field(
        0.5, gt=0, le=60, description="How often reading positions are reported, wall time."
    )
    snapshot_seconds: float = Field(5.0, gt=0, le=3600, description="How often detectors store their state, wall time.")
    stale_seconds: float = Field(
        10.0, gt=0, le=3600, description="Pipeline fault after so long without a reading position."
    )
    input_partitions: int = Field(4, ge=1, le=512, description="Partitions of each shop topic the worker waits for.")
    replication: int = Field(1, ge=1, le=5, description="Replication factor of the monitor's own topics.")
    store: str = Field(
        "memory://", description="Faust table store: memory:// or rocksdb://.", pattern=r"^(memory|rocksdb)://"
    )
    log_level: str = Field("info", description="debug, info, warning, error.", pattern=r"^(debug|info|warning|error)$")

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
