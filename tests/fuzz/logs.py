"""Everything that is logged within a `with` block, by whatever way."""

import io
import logging
from types import TracebackType
from typing import Self

import structlog

from stream_app.logs import write_path


class Logs:
    """Listens to structlog, as the monitor's processes set it up, and to the standard library."""

    def __init__(self) -> None:
        self._written = io.StringIO()
        self._handler = logging.StreamHandler(self._written)

    def __enter__(self) -> Self:
        self._before = structlog.get_config()
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=write_path)
        factory = structlog.PrintLoggerFactory(self._written)
        structlog.configure(processors=[structlog.dev.set_exc_info, renderer], logger_factory=factory)
        logging.getLogger().addHandler(self._handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self._handler)
        structlog.configure(**self._before)

    def text(self) -> str:
        """What was logged so far."""
        return self._written.getvalue()
