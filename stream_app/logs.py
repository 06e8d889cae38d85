"""How the monitor's processes log: lines on standard output."""

import io
import sys
import traceback
from contextlib import suppress
from typing import Any, TextIO, cast

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
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=write_path),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, ForgivingLog(sys.stdout))),
    )


def write_path(log: TextIO, failure: Any) -> None:
    """The kind of an error and the lines it came through: no variables and no message, which may hold a record."""
    kind, _, trace = failure
    log.write("\n" + "".join(traceback.format_tb(trace)) + kind.__name__)
