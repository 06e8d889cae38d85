"""Ctrl-C and SIGTERM as a question that is asked where stopping is safe.

An exception raised by a signal wherever the program happens to be can vanish in somebody's callback, or strike between
the start of a process and its being written down.
"""

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):  # noqa: N818 - states the fact
    """Somebody wants the run to end."""


class Interruption:
    """Listens for the signals from its creation on; a second one changes nothing, for stopping is bounded."""

    def __init__(self) -> None:
        self._is_asked = False
        for number in SIGNALS:
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raises Interrupted when a signal has arrived."""
        if self._is_asked:
            raise Interrupted

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_asked = True
