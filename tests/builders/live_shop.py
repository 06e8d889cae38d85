"""A service over memory, as tests start it."""

from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from shop_services.chassis.live import LiveService
from shop_services.chassis.memory import MemoryDatabase
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.mint import Mint
from shop_services.chassis.rows import Database
from shop_services.chassis.service import load

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class SetClock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, time: timedelta) -> None:
        self.moment += time


def live_service(
    name: str, database: Database | None = None, clock: SetClock | None = None, *, echo_codes: bool = False
) -> LiveService:
    """A service by its package name, with counters of its own."""
    metrics = ServiceMetrics(CollectorRegistry())
    held, set_clock = database or MemoryDatabase(), clock or SetClock()
    return LiveService(load(name), held, set_clock, Mint("salt"), metrics, echo_codes=echo_codes)
