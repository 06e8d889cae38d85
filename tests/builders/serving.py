"""A web application on a port of its own, for as long as a `with` block."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from deploy.local.node import free_port
from tests.builders.waiting import eventually


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the application, its lifespan around it."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, name=f"serving {app.title}")
    thread.start()
    try:
        assert eventually(lambda: server.started), f"{app.title} does not start"
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(timeout=30)
