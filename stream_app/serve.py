"""Runs the worker: health server first, then Faust, until a signal."""

import asyncio
import gc
import os
import sys
import threading
from typing import NoReturn

import faust
import prometheus_client
import uvloop
from aiokafka.errors import KafkaError
from mode.worker import Worker as ModeWorker

from stream_app.access.file import AccessFile
from stream_app.batching.errors import StoreUnwritable
from stream_app.calendar_api import add_calendar
from stream_app.errors import BrokerUnreachable, MonitorError, StateUnwritable
from stream_app.settings import Settings
from stream_app.web import create_api, start_server
from stream_app.worker import Worker

# Ending after a crash takes a few seconds: what is under way is given up and the clients say good-bye.
ENDING_SECONDS = 20.0
# Batches allocate many small objects that live long; the default threshold would walk them every 700 allocations.
GC_THRESHOLD = (50_000, 20, 20)
# Kafka's client fetches on a thread of its own. With Python's 5 ms every one of its steps waits so long for the brain.
SWITCH_SECONDS = 0.0005


def run_worker(worker: Worker, settings: Settings) -> NoReturn:
    """Run until SIGINT or SIGTERM; ends as `execute` does."""
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
    try:
        execute(faust.Worker(worker.app, loop=loop, loglevel=settings.log_level, redirect_stdouts=False))
    finally:
        server.should_exit = True


def execute(process: ModeWorker) -> NoReturn:
    """Run until a signal, then SystemExit; what ends it before, at the start or later, goes through `tell` first."""
    has_ended = threading.Event()
    threading.Thread(target=_end_after_crash, args=(process, has_ended), daemon=True).start()
    try:
        process.execute_from_commandline()
    except SystemExit as ended:  # the reason is what was being handled: only a crash after the start is `crash_reason`
        tell(ended.__context__)
        raise
    finally:
        has_ended.set()


def _end_after_crash(process: ModeWorker, has_ended: threading.Event) -> None:
    """A crash while others of Faust's services start can leave it waiting for them for ever; it ends all the same."""
    while process.crash_reason is None:
        if has_ended.wait(0.5):
            return
    if has_ended.wait(ENDING_SECONDS):
        return
    error, status = process.crash_reason, 1
    try:
        tell(error)
    except MonitorError as told:
        error, status = told, told.exit_code
    said = f"stream_app: crashed, and did not come to an end in {ENDING_SECONDS:g} s: {error!r}"
    print(said, file=sys.stderr, flush=True)  # no buffer and no handler is written out any more
    os._exit(status)


def tell(reason: BaseException | None) -> None:
    """What an operator can mend is said in a sentence: StateUnwritable or BrokerUnreachable; else nothing."""
    if isinstance(reason, StoreUnwritable):
        raise StateUnwritable(f"{reason}: free some space or set MONITOR_STORE=memory://, then start again") from reason
    if isinstance(reason, KafkaError) and reason.retriable:
        told = f"Kafka went away while the worker was joining ({type(reason).__name__})"
        raise BrokerUnreachable(f"{told}: start it again when Kafka answers; nothing is lost") from reason
