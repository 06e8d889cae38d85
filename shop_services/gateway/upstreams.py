"""Which service answers which paths."""

from dataclasses import dataclass

from shop_services.chassis.settings import Settings

# The first part of a path, and the package of the service behind it.
ROUTES = {
    "users": "users",
    "carts": "cart",
    "products": "warehouse",
    "orders": "orders",
    "notifications": "notifications",
}


@dataclass(frozen=True, slots=True)
class Upstream:
    """One service as the gateway sees it."""

    name: str
    url: str


def upstreams(settings: Settings) -> dict[str, Upstream]:
    """The service behind each first part of a path."""
    return {part: Upstream(name, settings.upstream_of(name)) for part, name in ROUTES.items()}
