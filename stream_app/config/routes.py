"""The place of alert routes in the file: endpoints by name, and which anomalies go to which.

Alerts read them at their start (`stream_app/alerting/routes_file.py`), fill in the environment and say what an endpoint
and a route may hold beyond this; the worker, which has no such secrets, only checks the shape.
"""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, SecretStr, model_validator

from shop_services.contracts.anomaly import Severity
from stream_app.config.part import Part

NAME = r"^[a-z0-9][a-z0-9_-]{0,39}$"  # of an endpoint: it labels metrics


class Endpoint(Part):
    """Where messages go."""

    model_config = ConfigDict(frozen=True, extra="allow")

    url: SecretStr
    """Its scheme chooses the channel; it may hold credentials, so it is never shown."""


class Route(Part):
    """Which anomalies go to which endpoints; what is left out admits all."""

    model_config = ConfigDict(frozen=True, extra="allow")

    endpoints: Annotated[tuple[str, ...], Field(min_length=1)]
    severities: tuple[Severity, ...] = ()
    scenarios: tuple[str, ...] = ()


class Routes(Part):
    """All endpoints by name, and the routes in order."""

    endpoints: dict[Annotated[str, Field(pattern=NAME)], Endpoint] = Field(default_factory=dict, max_length=50)
    routes: tuple[Route, ...] = ()

    @model_validator(mode="after")
    def _endpoints_are_known(self) -> Self:
        for number, route in enumerate(self.routes):
            if unknown := sorted(set(route.endpoints) - set(self.endpoints)):
                raise ValueError(f"routes[{number}] names the endpoint {', '.join(unknown)}, which is not declared")
        return self
