"""The process: puts the parts together, runs them on threads of their own, ends them in good order."""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

import prometheus_client
import structlog
from prometheus_client import CollectorRegistry

from models.clock import parse_clock
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.channels import open_channels
from stream_app.alerting.courier import Courier
from stream_app.alerting.dead_letters import DeadLetterPublisher
from stream_app.alerting.delivery.retries import Retries
from stream_app.alerting.evidence import KafkaEvidence
from stream_app.alerting.feedback.quiet import Spans
from stream_app.alerting.following import Follower
from stream_app.alerting.health import AlertHealth
from stream_app.alerting.incidents.book import Rules
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.planning import Planner
from stream_app.alerting.ports import Channel, RealTime, Time
from stream_app.alerting.routes import Routes
from stream_app.alerting.routes_file import load_routes
from stream_app.alerting.sightings import pages_unless_dry
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox
from stream_app.alerting.web import Web
from stream_app.settings import Settings
from stream_app.web import create_api, start_server

LEASE_TIMEOUTS = 4  # connecting, writing, waiting and reading may each take the endpoint's timeout
STOP_SECONDS = 15.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Alerts:
    """Everything the process runs. `run` returns when it was asked to stop, or when a part ended by itself."""

    follower: Follower
    couriers: list[Courier]
    publisher: DeadLetterPublisher
    health: AlertHealth
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> bool:
        """Run all parts until stopped; True when none ended by itself."""
        loops = [self.follower.run, self.publisher.run, *(each.run for each in self.couriers)]
        failed: list[str] = []
        threads = [
            threading.Thread(target=self._guarded, args=(loop, failed), name=f"alerts-{n}")
            for n, loop in enumerate(loops)
        ]
        for thread in threads:
            thread.start()
        self.stop.wait()
        self.tell()  # so that nobody waits for news
        for thread in threads:
            thread.join(STOP_SECONDS)
        return not failed

    def tell(self) -> None:
        """Messages wait."""
        for courier in self.couriers:
            courier.news.set()

    def _guarded(self, loop: Callable[[threading.Event], None], failed: list[str]) -> None:
        """A part that ends by an error takes the process with it: whoever watches it starts it again."""
        try:
            loop(self.stop)
        finally:
            if not self.stop.is_set():
                failed.append(threading.current_thread().name)
                log.error("a part of alerts ended by itself", part=threading.current_thread().name)
                self.stop.set()


def run_alerts(settings: Settings, environment: Mapping[str, str]) -> int:
    """Run until SIGINT or SIGTERM; gives the exit status. MonitorError when a setting or the routes are wrong."""
    prometheus_client.disable_created_metrics()  # a second series for every counter that nobody queries
    routes = load_routes(settings.routes, environment, settings.config)
    channels = open_channels(routes, Web(settings.alerts_allow_private))
    database = Database.open(settings.alerts_database_url)
    try:
        alerts = create_alerts(settings, routes, channels, database, RealTime())
        return _serve(alerts, settings)
    finally:
        database.close()


def create_alerts(
    settings: Settings, routes: Routes, channels: Mapping[str, Channel], database: Database, time: Time
) -> Alerts:
    """The process's parts, wired."""
    metrics = AlertMetrics(CollectorRegistry(), [(name, channel.kind) for name, channel in channels.items()])
    retries = Retries(most=settings.alerts_attempts, max_age_ms=_ms(settings.alerts_give_up_seconds))
    couriers = [
        Courier(name, channel, database, time, metrics, _lease_ms(routes, name), retries)
        for name, channel in channels.items()
    ]
    follower = Follower(
        settings.broker,
        create_absorber(settings, routes, database, time, metrics),
        pages_unless_dry(frozenset(filter(None, (each.strip() for each in settings.alerts_dry.split(","))))),
        time,
        metrics,
        lambda: alerts.tell(),
        _ms(settings.alerts_keep_days * 86_400),
        KafkaEvidence(settings.broker),
    )
    judged_ms = _ms(settings.alerts_precision_days * 86_400)
    health = AlertHealth(follower.progress, database, metrics, time, routes, judged_ms)
    alerts = Alerts(follower, couriers, DeadLetterPublisher(settings.broker, database, time), health)
    return alerts


def create_absorber(
    settings: Settings, routes: Routes, database: Database, time: Time, metrics: AlertMetrics
) -> Absorber:
    """What makes incidents and messages of anomalies."""
    planner = Planner(routes, settings.console_url.rstrip("/"), _ms(settings.alerts_stale_seconds))
    rules = Rules(_ms(settings.alerts_gap_seconds), _ms(settings.alerts_settle_seconds))
    spans = Spans(
        false=_ms(settings.alerts_false_days * 86_400),
        expected=_ms(settings.alerts_expected_hours * 3_600),
        new_normal=_ms(settings.alerts_new_normal_days * 86_400),
    )
    return Absorber(ANOMALY_TOPIC, database, planner, rules, parse_clock(settings.clock), time, metrics, spans)


def _serve(alerts: Alerts, settings: Settings) -> int:
    api = create_api(alerts.health.report, alerts.health.dead_reason, alerts.health.metrics.registry, "alerts")
    server = start_server(api, settings.host, settings.alerts_port, "MONITOR_ALERTS_PORT")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: _ask_to_stop(alerts, _frame))
    log.info("alerts run", port=settings.alerts_port, endpoints=sorted(each.endpoint for each in alerts.couriers))
    _bury_the_homeless(alerts)
    try:
        return 0 if alerts.run() else 1
    finally:
        server.should_exit = True


def _ask_to_stop(alerts: Alerts, _frame: FrameType | None) -> None:
    alerts.stop.set()


def _bury_the_homeless(alerts: Alerts) -> None:
    """What waits for an endpoint that the routes no longer name can never be delivered: dead letters."""
    database, time = alerts.health.database, alerts.health.time
    with database.writing() as connection:
        outbox = Outbox(connection)
        for each in outbox.homeless([courier.endpoint for courier in alerts.couriers]):
            outbox.bury(each.number, _ms(time.now()), "no_such_endpoint")
            log.error("dead letter", endpoint=each.endpoint, id=each.id, reason="no_such_endpoint")


def _lease_ms(routes: Routes, endpoint: str) -> int:
    return _ms(LEASE_TIMEOUTS * routes.endpoints[endpoint].timeout_seconds)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
