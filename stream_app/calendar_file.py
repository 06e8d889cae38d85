"""The calendar of a running worker: a file that people and the API change. While it cannot be read the last good one
counts.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import structlog

from models.calendar import NO_CALENDAR, Calendar, Window, read_calendar
from models.errors import LogRefused
from models.whole_file import write_whole
from stream_app.metrics import Metrics

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CalendarFile:
    """`current` is replaced whole, so that any thread may read it. Without a path it stays empty."""

    path: Path | None
    metrics: Metrics
    current: Calendar = NO_CALENDAR
    problem: str = ""  # why the file as it is now does not count
    _seen: tuple[int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self) -> None:
        """Read the file again when it has changed."""
        with self._lock:
            try:
                seen = self._state()
            except OSError as error:
                log.warning("calendar not reachable", reason=str(error))
                return
            if seen != self._seen:
                self._seen = seen
                self._read()

    def add(self, window: Window) -> Window:
        """Keep one more window, in the file too; LogRefused when that cannot be read or written."""
        named = window.named()
        self._change(lambda calendar: calendar.with_window(named))
        return named

    def remove(self, window_id: str) -> bool:
        """Whether there was such a window; LogRefused as for `add`."""
        if all(window.id != window_id for window in self.current.windows):
            return False
        self._change(lambda calendar: calendar.without(window_id))
        return True

    def close(self, day: date) -> None:
        """Keep one more closed day; LogRefused as for `add`."""
        self._change(lambda calendar: calendar.with_closed(day))

    def reopen(self, day: date) -> bool:
        """Whether the day was closed; LogRefused as for `add`."""
        if day not in self.current.closed_days:
            return False
        self._change(lambda calendar: calendar.without_closed(day))
        return True

    def _change(self, change: Callable[[Calendar], Calendar]) -> None:
        with self._lock:
            path = self._path()
            calendar = change(read_calendar(path) if path.exists() else NO_CALENDAR)
            try:
                write_whole(path, calendar.encoded())
            except OSError as error:
                raise LogRefused(f"calendar {path} cannot be written ({error.strerror})") from error
            self._take(calendar)
            self._seen = self._state()

    def _read(self) -> None:
        try:
            self._take(read_calendar(self._path()))
        except LogRefused as error:
            self.problem = str(error)
            self.metrics.calendar_changes.labels("refused").inc()
            log.error("calendar refused, the last good one counts", reason=self.problem)

    def _take(self, calendar: Calendar) -> None:
        self.current, self.problem = calendar, ""
        self.metrics.calendar_changes.labels("loaded").inc()
        self.metrics.calendar_windows.set(len(calendar.windows))
        log.info("calendar read", windows=len(calendar.windows), closed_days=len(calendar.closed_days))

    def _path(self) -> Path:
        if self.path is None:
            raise LogRefused("there is no calendar: set MONITOR_CALENDAR to a file")
        return self.path

    def _state(self) -> tuple[int, int] | None:
        """Changes when the file does; as it was seen last while there is no file to read."""
        if self.path is None or not self.path.exists():
            return self._seen
        held = self.path.stat()
        return held.st_mtime_ns, held.st_size
