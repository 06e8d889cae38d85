"""How one process of the shop is set up: the only place that reads the environment (`SHOP_*`)."""

from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shop_services.chassis.clock import parse_clock
from shop_services.chassis.errors import SetupFailed

PREFIX = "SHOP_"
ProcessName = Literal["gateway", "users", "cart", "warehouse", "orders", "notifications"]
PORTS: dict[str, int] = {
    "gateway": 8080,
    "users": 8081,
    "cart": 8082,
    "warehouse": 8083,
    "orders": 8084,
    "notifications": 8085,
}
LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseSettings):
    """Settings of one process; each is the environment variable `SHOP_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", use_attribute_docstrings=True)

    kafka: str = Field("127.0.0.1:9092", pattern=r"^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$")
    """Where Kafka is: host:port, several separated by commas."""

    database: SecretStr = SecretStr("sqlite:///.run/shop/{service}.db")
    """SQLAlchemy's URL of the service's database; `{service}` stands for the service's name."""

    host: str = "127.0.0.1"
    """Address to listen on."""

    port: int | None = Field(None, ge=1, le=65535)
    """Port to listen on; without it every process has its own (gateway 8080, users 8081, ...)."""

    port_offset: int = Field(0, ge=0, le=50_000)
    """Added to every process's own port, for a second shop on one machine."""

    clock: str = "wall"
    """The shop's time: `wall`, or `scaled:<factor>:<shop start, RFC 3339>:<wall start, unix seconds>`."""

    echo_codes: bool = False
    """Whether `POST /users` answers with the activation code. For demonstrations without mail, never in production."""

    salt: SecretStr = SecretStr("change me in production")
    """Secret key of the digests that stand for passwords, codes and e-mail addresses."""

    upstream: str = "http://127.0.0.1:{port}"
    """Where the gateway finds a service; `{service}` and `{port}` stand for its name and its port."""

    patience_seconds: float = Field(2.0, gt=0, le=60)
    """How long the gateway waits for a service before it answers 503."""

    log_level: LogLevel = "info"
    """How much is logged: debug, info, warning or error."""

    @field_validator("database")
    @classmethod
    def _is_a_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sqlite", "postgresql")):
            raise ValueError("give sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE")
        return value

    @field_validator("upstream")
    @classmethod
    def _is_an_upstream(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("give http://HOST:PORT, with {service} and {port} where the name and the port belong")
        return value

    @field_validator("clock")
    @classmethod
    def _is_a_clock(cls, value: str) -> str:
        parse_clock(value)
        return value

    def database_of(self, service: str) -> str:
        """The URL of a service's database."""
        return self.database.get_secret_value().replace("{service}", service)  # a password may hold other braces

    def upstream_of(self, service: str) -> str:
        """Where the gateway finds a service."""
        port = str(PORTS[service] + self.port_offset)
        return self.upstream.replace("{service}", service).replace("{port}", port)

    def port_of(self, process: str) -> int:
        """The port a process listens on."""
        return self.port or PORTS[process] + self.port_offset


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment; raises SetupFailed with one line a wrong setting, secrets left out."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SetupFailed("\n".join(_sentence(dict(each)) for each in error.errors())) from None


def _sentence(error: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    given = "the value given" if name in ("salt", "database") else repr(error["input"])
    reason = error["msg"].removeprefix("Value error, ")
    allowed = Settings.model_fields[name].description
    return f"{PREFIX}{name.upper()} cannot be {given}: {reason}. What it is: {allowed}"
