"""One service as a process: settings in, a web application with its threads out."""

from importlib import import_module

from fastapi import FastAPI
from prometheus_client import REGISTRY

from shop_services.chassis.clock import parse_clock
from shop_services.chassis.errors import DatabaseUnavailable, SetupFailed
from shop_services.chassis.inboxes import INBOX_TOPICS
from shop_services.chassis.kafka_bus import KafkaBus
from shop_services.chassis.live import LiveService
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.mint import Mint
from shop_services.chassis.service import load
from shop_services.chassis.serving import listening, serve, setup_logging
from shop_services.chassis.settings import Settings
from shop_services.chassis.sql import SqlDatabase
from shop_services.contracts.topics import SHOP_TOPICS


def run_service(name: str, settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises SetupFailed before anything is served."""
    setup_logging(settings.log_level)
    with listening(name, settings) as listener:
        serve(build(name, settings), listener)


def build(name: str, settings: Settings) -> FastAPI:
    """The web application of a service by its package name; raises SetupFailed."""
    bus = KafkaBus(settings.kafka)
    bus.check([*SHOP_TOPICS, *INBOX_TOPICS])
    database = SqlDatabase(settings.database_of(name))
    mint = Mint(settings.salt.get_secret_value())
    metrics, clock = ServiceMetrics(REGISTRY), parse_clock(settings.clock)
    try:
        live = LiveService(load(name), database, clock, mint, metrics, echo_codes=settings.echo_codes)
    except DatabaseUnavailable as error:
        raise SetupFailed(f"SHOP_DATABASE: {error}. Is the server up, the password right, the file writable?") from None
    app: FastAPI = import_module(f"shop_services.{name}.app").create(live, database, bus)
    return app
