"""Puts the console together: tasks that read, the API, the pages, one server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from stream_app.console.access.door import check_reachable
from stream_app.console.access.guard import Guard
from stream_app.console.access.sign_in import create_sign_in
from stream_app.console.answers import add_refusals
from stream_app.console.api import create_routes
from stream_app.console.openapi import document
from stream_app.console.options import ConsoleOptions
from stream_app.console.state import Console
from stream_app.listening import listen

DESCRIPTION = (
    "Anomalies and incidents of the shop, the readings behind them, what people do about them, and the console's own "
    "health. A token goes into the header `Authorization: Bearer <token>`."
)
GRACE_SECONDS = 3  # open pages hold a connection; they reconnect by themselves


def run_console(options: ConsoleOptions) -> None:
    """Serve until interrupted; raises PortInUse, AccessRefused, and BadSetting for an address open to all."""
    check_reachable(options.host, options.access)
    listening = listen(options.host, options.port, "MONITOR_CONSOLE_PORT")
    app = create_app(Console.build(options))
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)
    uvicorn.Server(config).run(sockets=[listening])


def create_app(console: Console) -> FastAPI:
    """The API with the pages, and with the tasks that feed them."""
    # Imported here: the pages load NiceGUI, which the API and its tests do not need.
    from stream_app.console.pages.routes import add_pages

    app = create_api(console, follow=True)
    add_pages(app, console)
    return app


def create_api(console: Console, *, follow: bool = False) -> FastAPI:
    """The API alone; with `follow` it reads Kafka and asks the worker while it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loops = (console.feed.run, console.poller.run, console.keep_trail) if follow else ()
        tasks = [asyncio.create_task(loop()) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(console.desk.close)

    # No Swagger page: it would load scripts from elsewhere. `/api` shows the same, `/openapi.json` describes it.
    api = FastAPI(
        title=console.options.title,
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    api.include_router(create_sign_in(console.door))
    api.include_router(create_routes(console))
    api.add_middleware(Guard, door=console.door)
    add_refusals(api)
    api.openapi = lambda: document(api)  # type: ignore[method-assign]
    return api
