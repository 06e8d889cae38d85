"""The incidents' database, asked from the event loop: on a few threads of its own, opened when first needed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.store.database import Database

Answer = TypeVar("Answer")
THREADS = 4
MOST_WAITING = 100  # questions; more mean that the database is too slow for whoever asks


class DeskOnThreads:
    """`ask` is called on the event loop. A database that is away is tried again with the next question."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="console-desk")
        self._lock = Lock()
        self._desk: IncidentDesk | None = None
        self._waiting = 0

    async def ask(self, question: Callable[[IncidentDesk], Answer]) -> Answer:
        """What the desk answers; raises StoreUnavailable, and what the question raises."""
        if self._waiting >= MOST_WAITING:
            raise StoreUnavailable(f"{MOST_WAITING} questions to the incidents' database wait: ask again later")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: question(self._opened()))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Finish what was asked and give the connections back. Blocking."""
        self._threads.shutdown(cancel_futures=True)
        if self._desk is not None:
            self._desk.database.close()
            self._desk = None

    def _opened(self) -> IncidentDesk:
        with self._lock:
            if self._desk is None:
                self._desk = IncidentDesk(Database.open(self._url))
            return self._desk
