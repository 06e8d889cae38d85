"""The audit log into the store, a second later at most, for as long as the console runs."""

import asyncio

import structlog

from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.store.trail import StoredTrail
from stream_app.console.access.trail import Trail
from stream_app.console.desk import DeskOnThreads

EVERY_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def keep_trail(trail: Trail, desk: DeskOnThreads) -> None:
    """Run until cancelled; then what still waits is kept, if the store takes it."""
    try:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await keep(trail, desk)
    finally:
        await asyncio.shield(keep(trail, desk))


async def keep(trail: Trail, desk: DeskOnThreads) -> None:
    """Give the store what waits. What it refuses is logged by now, and waits on."""
    if not trail.waits:
        return
    try:
        await desk.ask(lambda open_desk: trail.flush(StoredTrail(open_desk.database)))
    except StoreUnavailable as error:
        log.warning("audit log not kept yet", reason=str(error))
