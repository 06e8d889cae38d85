"""The gateway as a process."""

from prometheus_client import REGISTRY

from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.serving import listening, serve, setup_logging
from shop_services.chassis.settings import Settings
from shop_services.gateway.app import create_gateway
from shop_services.gateway.upstreams import upstreams


def run_gateway(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; raises SetupFailed when the port is taken."""
    setup_logging(settings.log_level)
    with listening("gateway", settings) as listener:
        metrics = ServiceMetrics(REGISTRY)
        app = create_gateway(upstreams(settings), metrics, patience_seconds=settings.patience_seconds)
        serve(app, listener)
