"""How the monitor's processes log: lines on standard output."""

import io
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class ForgivingLog(io.TextIOBase):
    """A log whose lines are lost while they cannot be written: a full disk must not stop the judging."""

    def __init__(self, log: TextIO) -> None:
        self._log = log

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._log.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._log.flush()


def setup_logging(level: str) -> None:
    """Log from this level on."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, ForgivingLog(sys.stdout))),
    )
