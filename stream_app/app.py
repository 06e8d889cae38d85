"""Builds the worker once, from its settings: Faust app, both stages, agents, heartbeat, health server."""

import asyncio
import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faust import App
from prometheus_client import CollectorRegistry

import stream_app.agents
from models.clock import parse_clock
from models.registry import Registry
from models.spec import Scenario
from stream_app import conformance
from stream_app.batching import batch_app, positions
from stream_app.calendar_file import CalendarFile
from stream_app.complete import Complete
from stream_app.config.watched import Announcements, ConfigFile
from stream_app.counting import Counting
from stream_app.health import Health
from stream_app.kafka_sender import KafkaSender
from stream_app.lineup import Lineup, Probation
from stream_app.loading import LoadedModel, load_predecessor, load_rule
from stream_app.metrics import Metrics
from stream_app.provision import look_up_logs
from stream_app.reloading import Reloading
from stream_app.seating import Seating
from stream_app.settings import Settings
from stream_app.sight import Sight
from stream_app.topics import APP_ID
from stream_app.worker import Worker

log = structlog.get_logger(__name__)
# A worker that dies is noticed after the session timeout; Faust's default would leave the shop unwatched for a minute.
SESSION = {
    "broker_session_timeout": 6.0,
    "broker_heartbeat_interval": 1.0,
    "broker_commit_interval": 1.0,
    "consumer_auto_offset_reset": "earliest",
    "consumer_metadata_max_age_ms": 10_000,  # a new partition is read within the lateness that is allowed
    "stream_wait_empty": False,
    "topic_disable_leader": True,  # nothing asks for a leader, and Faust would keep its topic on a single broker
}


def create_worker(
    settings: Settings, models: Mapping[str, LoadedModel], scenarios: Mapping[str, Scenario], sources: frozenset[str]
) -> Worker:
    """The worker with its agents. `sources` are all partitions of the shop's topics, as `cart-events/3`."""
    app = create_app(settings)
    metrics, clock = Metrics(CollectorRegistry()), parse_clock(settings.clock)
    metrics.name_scenarios(scenarios)
    sender = KafkaSender(app)
    calendar = CalendarFile(settings.calendar, metrics)
    calendar.refresh()
    config = ConfigFile(settings.config, settings.data, metrics)
    config.start()
    announced = Announcements(lambda: calendar.current, config)

    lineups = {stem: lineup_of(scenario, models[stem], settings) for stem, scenario in scenarios.items()}
    seating = Seating(app, settings, sources, sender, metrics, clock, announced, config)
    seats = {stem: seating.seat(scenario, lineups[stem]) for stem, scenario in scenarios.items()}
    more = [conformance.SCENARIO] if settings.conformance else []
    sight = Sight(clock, settings.stale_seconds, settings.settle_seconds)
    health = Health(
        seats, lineups, settings.stale_seconds, metrics, lambda: lag(app), sight, calendar,
        settings.model_max_age_days, config=config,
    )  # fmt: skip
    beside = {each.SPEC.stem: seating.seat(each, conformance.lineup()) for each in more}
    counting = Counting([*scenarios.values(), *more], clock, sender, metrics)
    worker = Worker(
        app, counting, seats | beside, health, metrics, sender, sight, clock,
        lambda: {topic: each.id for topic, each in look_up_logs(settings.broker).items() if each.id}, Complete(clock),
    )  # fmt: skip
    register_agents(worker)
    register_heartbeat(worker, settings.heartbeat_seconds)
    reloading = Reloading(Registry(settings.registry), scenarios, lineups, metrics)
    register_looks(
        worker, [config.refresh, calendar.refresh, reloading.poll, *drifts(lineups)], settings.reload_seconds
    )
    return worker


def lineup_of(scenario: Scenario, model: LoadedModel, settings: Settings) -> Lineup:
    """A scenario's models at the start."""
    probation = Probation(settings.probation_rows, settings.agreement_at_least)
    spec = scenario.SPEC
    before = load_predecessor(Registry(settings.registry), scenario, model)
    rule = partial(load_rule, scenario)
    return Lineup(spec.stem, model, rule, probation, last_good=before, features=spec.features)


def create_app(settings: Settings) -> App:
    """The Faust app on the batch transport."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return batch_app(
        APP_ID,
        broker=f"batchkafka://{settings.broker}",
        store=settings.store,
        datadir=str(settings.data),
        web_enabled=False,
        **SESSION,
    )


def register_agents(worker: Worker) -> None:
    """Every module of `stream_app.agents` brings its agent."""
    for module in pkgutil.iter_modules(stream_app.agents.__path__):
        importlib.import_module(f"{stream_app.agents.__name__}.{module.name}").register(worker)


def register_heartbeat(worker: Worker, seconds: float) -> None:
    """Silence is reported too; and what went to other workers is dropped before reading goes on."""

    @worker.app.timer(interval=seconds)
    async def heartbeat() -> None:
        worker.health.turned()
        try:
            await worker.beat()
        except KafkaError as error:  # the broker is away: nothing is judged until positions arrive again
            worker.metrics.heartbeat_failures.inc()
            log.warning("heartbeat not sent", reason=repr(error))

    async def keep_only(_: Any, assigned: Any, **__: Any) -> None:
        worker.keep_only(assigned)

    async def note_logs(_: Any, **__: Any) -> None:
        await worker.note_logs()

    signals: Any = worker.app
    signals.on_partitions_assigned.connect(keep_only)
    signals.on_rebalance_complete.connect(note_logs)


def drifts(lineups: Mapping[str, Lineup]) -> list[Callable[[], None]]:
    """Testing of every scenario's newest hours for drift."""

    def of(lineup: Lineup) -> Callable[[], None]:
        return lambda: lineup.drifting.settle()  # asked for each time: another model has another one

    return [of(lineup) for lineup in lineups.values()]


def register_looks(worker: Worker, looks: Sequence[Callable[[], None]], seconds: float) -> None:
    """What is slow is looked at on a thread, one look at a time: calendar, registry, drift. 0 seconds: never."""
    if not seconds:
        return

    @worker.app.timer(interval=seconds)
    async def follow_files() -> None:
        for look in looks:
            await asyncio.to_thread(look)


def lag(app: App) -> Mapping[str, int]:
    """Records on the broker not yet processed, by topic."""
    records: Counter[str] = Counter()
    for (topic, _), position in positions(app).items():
        records[topic] += max(0, (position.end or 0) - position.processed_through)
    return records
