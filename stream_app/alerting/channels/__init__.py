"""Ways to tell people: one module a URL scheme, found by looking.

A module declares `SCHEMES` and `open_channel(endpoint, web) -> Channel`; the one whose schemes hold `*` takes the rest.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from stream_app.alerting.errors import BadRoutes
from stream_app.alerting.ports import Channel
from stream_app.alerting.routes import Endpoint, Routes
from stream_app.alerting.web import Web

REST = "*"


def open_channels(routes: Routes, web: Web) -> dict[str, Channel]:
    """A channel for every endpoint; raises BadRoutes with the endpoint's name."""
    return {name: open_channel(name, endpoint, web) for name, endpoint in routes.endpoints.items()}


def open_channel(name: str, endpoint: Endpoint, web: Web) -> Channel:
    """The channel for one endpoint, chosen by its URL's scheme."""
    scheme = endpoint.url.get_secret_value().partition("://")[0].lower()
    try:
        return _module_for(scheme).open_channel(endpoint, web)  # type: ignore[no-any-return]
    except BadRoutes as error:
        raise BadRoutes(f"endpoints.{name}: {error}") from None


def _module_for(scheme: str) -> ModuleType:
    found = modules()
    return next(
        (each for each in found if scheme in each.SCHEMES), next(each for each in found if REST in each.SCHEMES)
    )


def modules() -> list[ModuleType]:
    """All channel modules; AttributeError when one declares no schemes."""
    found = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
    return sorted(found, key=lambda module: (REST in module.SCHEMES, module.__name__))
