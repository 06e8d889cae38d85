"""Who is told what: endpoints, and the routes that lead incidents to them. Pure; a configuration file can embed it."""

from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator

from shop_services.contracts.anomaly import Severity
from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.incidents.telling import KINDS, Kind
from stream_app.config.part import Part
from stream_app.config.routes import NAME

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
MINUTES_A_DAY = 1440


class Endpoint(Part):
    """Where messages go. The URL's scheme chooses the channel; it may hold credentials, so it is kept secret.

    `secrets` sign webhooks (`whsec_...`, Standard Webhooks): the first is the current one, the others still verify
    while receivers change over.
    """

    url: SecretStr
    secrets: tuple[SecretStr, ...] = ()
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0

    @field_validator("url")
    @classmethod
    def _url_has_a_scheme(cls, url: SecretStr) -> SecretStr:
        if "://" not in url.get_secret_value():
            raise ValueError("a URL with a scheme is needed, such as https://example.com/hook")
        return url


class QuietHours(Part):
    """Times of day at which a route keeps messages back; `until` before `start` reaches over midnight."""

    start: time
    until: time
    zone: str = "UTC"
    days: tuple[Day, ...] = DAYS  # on which they begin
    but: tuple[Severity, ...] = ("critical",)  # told at once all the same

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("no such time zone, give one like Europe/Berlin") from error
        return name

    def end_of(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold at `now` end; None when none do."""
        local = now.astimezone(ZoneInfo(self.zone))
        for back in (0, 1):
            day = local.date() - timedelta(days=back)
            if DAYS[day.weekday()] in self.days:
                begin = datetime.combine(day, self.start, local.tzinfo)
                length = timedelta(days=1) if self.until <= self.start else timedelta()
                end = datetime.combine(day + length, self.until, local.tzinfo)
                if begin <= local < end:
                    return end
        return None


class Route(Part):
    """Which incidents go to which endpoints. What is left out admits all; entities are patterns like `service/*`."""

    endpoints: Annotated[tuple[str, ...], Field(min_length=1)]
    severities: tuple[Severity, ...] = ()
    scenarios: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    tell: tuple[Kind, ...] = KINDS
    update_minutes: Annotated[float, Field(ge=0, le=MINUTES_A_DAY)] = 5.0  # least time between two updates
    digest_minutes: Annotated[int, Field(ge=0, le=MINUTES_A_DAY)] = 0  # gather so long, then tell all at once
    quiet: QuietHours | None = None

    def admits(self, incident: Incident) -> bool:
        """Whether the incident goes this way."""
        return (
            (not self.severities or incident.severity in self.severities)
            and (not self.scenarios or not incident.scenarios.isdisjoint(self.scenarios))
            and (not self.entities or any(fnmatchcase(e, each) for each in self.entities for e in incident.entities))
        )

    def held_until(self, severity: Severity, now: datetime) -> datetime | None:
        """Until when a message is kept back; None when it goes at once."""
        quiet = self.quiet.end_of(now) if self.quiet and severity not in self.quiet.but else None
        if quiet is not None or not self.digest_minutes:
            return quiet
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = int((now - midnight).total_seconds() // 60) // self.digest_minutes
        return midnight + timedelta(minutes=(passed + 1) * self.digest_minutes)


class Routes(Part):
    """All endpoints by name, and the routes in order: the first that names an endpoint for an incident holds for it."""

    endpoints: dict[Annotated[str, Field(pattern=NAME)], Endpoint] = Field(default_factory=dict, max_length=50)
    routes: tuple[Route, ...] = ()

    @model_validator(mode="after")
    def _endpoints_are_known(self) -> Self:
        for number, route in enumerate(self.routes):
            if unknown := sorted(set(route.endpoints) - set(self.endpoints)):
                raise ValueError(f"routes.{number}.endpoints: there is no endpoint {', '.join(unknown)}")
        return self

    def ways(self, incident: Incident) -> dict[str, Route]:
        """The endpoints an incident goes to, each with the route that leads there."""
        found: dict[str, Route] = {}
        for route in self.routes:
            if route.admits(incident):
                for name in route.endpoints:
                    found.setdefault(name, route)
        return found
