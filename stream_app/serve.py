"""Runs the worker: health server first, then Faust, until a signal."""

import asyncio
import gc
import sys

import faust
import prometheus_client
import uvloop
from aiokafka.errors import KafkaError

from stream_app.access.file import AccessFile
from stream_app.batching.errors import StoreUnwritable
from stream_app.calendar_api import add_calendar
from stream_app.errors import BrokerUnreachable, StateUnwritable
from stream_app.settings import Settings
from stream_app.web import create_api, start_server
from stream_app.worker import Worker

# Batches allocate many small objects that live long; the default threshold would walk them every 700 allocations.
GC_THRESHOLD = (50_000, 20, 20)
# Kafka's client fetches on a thread of its own. With Python's 5 ms every one of its steps waits so long for the brain.
SWITCH_SECONDS = 0.0005


def run_worker(worker: Worker, settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; gives the exit status."""
    gc.set_threshold(*GC_THRESHOLD)
    sys.setswitchinterval(SWITCH_SECONDS)
    prometheus_client.disable_created_metrics()  # a second series for every counter that nobody queries
    api = create_api(worker.health.report, worker.health.dead_reason, worker.metrics.registry)
    # A file that cannot be used lets nobody change the calendar; judging goes on.
    access = AccessFile(settings.access) if settings.access else None
    add_calendar(api, worker.health.calendar, settings.api_token.get_secret_value(), access)
    server = start_server(api, settings.host, settings.port)
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    process = faust.Worker(worker.app, loop=loop, loglevel=settings.log_level, redirect_stdouts=False)
    try:
        process.execute_from_commandline()
    except SystemExit:  # Faust always ends so, whatever the reason
        tell(process.crash_reason)
        raise
    finally:
        server.should_exit = True
    return 0


def tell(reason: BaseException | None) -> None:
    """What an operator can mend is said in a sentence: StateUnwritable or BrokerUnreachable; else nothing."""
    if isinstance(reason, StoreUnwritable):
        raise StateUnwritable(f"{reason}: free some space or set MONITOR_STORE=memory://, then start again") from reason
    if isinstance(reason, KafkaError) and reason.retriable:
        told = f"Kafka went away while the worker was joining ({type(reason).__name__})"
        raise BrokerUnreachable(f"{told}: start it again when Kafka answers; nothing is lost") from reason
