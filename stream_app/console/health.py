"""The worker's word about itself: `/readyz` and a few of its metrics, asked for every two seconds."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec
import structlog
from prometheus_client.parser import text_string_to_metric_families

POLL_SECONDS = 2.0
ANSWER_SECONDS = 2.0
STALE_SECONDS = 8.0

log = structlog.get_logger()


class ModelInfo(msgspec.Struct, frozen=True):
    """The model a detector serves with."""

    name: str = ""
    version: str = ""
    sha256: str = ""
    stage: str = ""


class Shadow(msgspec.Struct, frozen=True, rename="camel"):
    """A model that looks on: how many rows it scored, and the share with the serving model's verdict."""

    model: ModelInfo = ModelInfo()
    rows: int = 0
    share: float = 1.0
    failure: str = ""


class Newcomer(msgspec.Struct, frozen=True, rename="camel"):
    """A service or message type, as `service/cart-service`, that the detector still has to get to know."""

    entity: str = ""
    reason: str = ""
    seconds_left: float = 0.0  # of shop time


class Entities(msgspec.Struct, frozen=True):
    """How many entities a detector knows enough of, and how many it has only heard of; `named` are some of those."""

    ready: int = 0
    warming: int = 0
    named: tuple[Newcomer, ...] = ()


class Detector(msgspec.Struct, frozen=True, rename="camel"):
    """What a scenario can do now: `warming`, `ready`, `stale` or `degraded`."""

    state: str = "unknown"
    reason: str = ""
    model: ModelInfo | None = None
    seconds_left: float | None = None  # of shop time, while something is still to come
    shadow: Shadow | None = None
    entities: Entities | None = None


class Source(msgspec.Struct, frozen=True, rename="camel"):
    """One source partition as `cart-events/3`, and how far it has been read; event time in ms."""

    source: str = ""
    caught_up: bool = False
    seen_until: int | None = None


class Pipeline(msgspec.Struct, frozen=True, rename="camel"):
    """Whether reading keeps up, so that silence is a fact; the watermark is event time in ms."""

    healthy: bool = False
    reason: str = ""
    watermark: int | None = None
    sources: tuple[Source, ...] = ()


class Readiness(msgspec.Struct, frozen=True):
    """The worker's `/readyz`; what an older or newer worker leaves out has a default."""

    ready: bool = False
    pipeline: Pipeline = Pipeline()
    scenarios: dict[str, Detector] = {}


class Sample(msgspec.Struct, frozen=True):
    """One sample of the worker's metrics."""

    name: str
    labels: dict[str, str]
    value: float


@dataclass(slots=True)
class WorkerHealth:
    """The newest answer. `heard` is the monotonic time of it, 0 before the first; `reason` says why there is none."""

    readiness: Readiness = field(default_factory=Readiness)
    samples: list[Sample] = field(default_factory=list)
    heard: float = 0.0
    reason: str = "not asked yet"
    clock: Callable[[], float] = time.monotonic

    @property
    def silent_seconds(self) -> float | None:
        """Seconds since the worker answered; None before it ever did."""
        return self.clock() - self.heard if self.heard else None

    @property
    def answers(self) -> bool:
        """True when the worker answered lately."""
        silent = self.silent_seconds
        return not self.reason and silent is not None and silent < STALE_SECONDS

    def by_label(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """A metric's samples by the values of some labels: `by_label("monitor_consumer_lag_records", "topic")`."""
        return {tuple(s.labels.get(label, "") for label in labels): s.value for s in self.samples if s.name == name}

    def watermark_delay_seconds(self, now_ms: int) -> float | None:
        """How far the judged time is behind: the largest of the worker's own figures, else by the shop's time now."""
        told = self.by_label("monitor_watermark_delay_seconds", "scenario").values()
        if told:
            return max(told)
        watermark = self.readiness.pipeline.watermark
        return (now_ms - watermark) / 1000 if watermark else None


class HealthPoller:
    """Keeps a `WorkerHealth` current. `run` is a task of its owner and ends by being cancelled."""

    def __init__(self, worker_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.state = WorkerHealth()
        self._url = worker_url.rstrip("/")
        self._transport = transport

    async def run(self) -> None:
        """Ask every two seconds until cancelled."""
        async with httpx.AsyncClient(
            base_url=self._url, timeout=ANSWER_SECONDS, transport=self._transport, trust_env=False
        ) as client:
            while True:
                await self.ask(client)
                await asyncio.sleep(POLL_SECONDS)

    async def ask(self, client: httpx.AsyncClient) -> None:
        """Ask once. No answer keeps what was known and says why there is none."""
        try:
            readyz = await client.get("/readyz")
            self.state.readiness = msgspec.json.decode(readyz.content, type=Readiness)
            self.state.samples = parse_metrics((await client.get("/metrics", follow_redirects=True)).text)
        except httpx.HTTPError as error:
            self._unheard(f"the worker at {self._url} does not answer ({type(error).__name__})")
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
            self._unheard(f"what answers at {self._url} is no worker ({type(error).__name__})")
        else:
            self.state.heard, self.state.reason = self.state.clock(), ""

    def _unheard(self, reason: str) -> None:
        if reason != self.state.reason:
            log.warning("worker not heard", reason=reason)
        self.state.reason = reason


def parse_metrics(text: str) -> list[Sample]:
    """The monitor's own samples in a Prometheus text page; ValueError when it is none."""
    families = text_string_to_metric_families(text)
    return [
        Sample(sample.name, dict(sample.labels), sample.value)
        for family in families
        if family.name.startswith("monitor_")
        for sample in family.samples
    ]
