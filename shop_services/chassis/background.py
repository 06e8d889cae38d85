"""A thread of a service, from its start until it is told to stop."""

import threading
from collections.abc import Callable


class Background:
    """Runs `run` on a thread of its own. `run` has to end soon after `stopping` is set."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after what is at hand, or leave it after so many seconds."""
        self.stopping.set()
        self._thread.join(timeout)
