"""The configuration of a running worker: read again when its file changes. While it cannot be used the last good one
serves, over a restart too.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import structlog

from models.calendar import Calendar
from models.tuning import Tuning
from models.whole_file import OWNER, write_whole
from stream_app.config.changes import changes
from stream_app.config.document import Config
from stream_app.config.reading import ConfigRefused, parse_config, read_bytes
from stream_app.metrics import Metrics

log = structlog.get_logger(__name__)
KEPT = "config.last-good.toml"


@dataclass(slots=True)
class ConfigFile:
    """`current` is replaced whole, so that any thread may read it. Without a path it stays the default."""

    path: Path | None
    kept: Path  # folder in which the last good one is kept
    metrics: Metrics
    current: Config = field(default_factory=Config)
    hash: str = ""
    problem: str = ""  # why the file as it is now does not count
    wall: Callable[[], float] = time.time
    _seen: str | None = None
    _calendar: Calendar = field(default_factory=Calendar)
    _tunings: dict[str, Tuning] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Read it for the first time; ConfigRefused when there is no good one to serve instead."""
        self.refresh()
        if self.problem and not self._serve_kept():
            raise ConfigRefused(self.problem.splitlines()[1:])

    def refresh(self) -> None:
        """Read the file again when its content has changed."""
        if self.path is None:
            return
        with self._lock:
            try:
                raw = read_bytes(self.path)
            except ConfigRefused as error:
                self._refuse(str(error), "unreadable")
                return
            if (digest := sha256(raw).hexdigest()) != self._seen:
                self._read(raw, digest)

    def tuning(self, stem: str) -> Tuning:
        """How a detector is set now."""
        return self._tunings.get(stem) or self.current.of(stem).tuning

    @property
    def calendar(self) -> Calendar:
        """The file's own announcements; the same object until it changes."""
        return self._calendar

    def _read(self, raw: bytes, digest: str) -> None:
        try:
            config = parse_config(raw, str(self.path))
        except ConfigRefused as error:
            self._refuse(str(error), digest)
            return
        self._seen = digest
        self._take(config, digest)
        self._keep(raw)

    def _refuse(self, reason: str, seen: str) -> None:
        """Told once for the same content, not with every look at it."""
        if seen != self._seen:
            self._seen, self.problem = seen, reason
            self.metrics.config_failures.inc()
            log.error("configuration refused, the last good one serves", reason=reason, serving=self.hash)

    def _take(self, config: Config, digest: str) -> None:
        for change in changes(self.current, config):
            log.info("configuration changed", change=change)
        self.current, self.hash, self.problem = config, digest[:12], ""
        self._calendar = config.calendar.calendar()
        self._tunings = {stem: held.tuning for stem, held in config.detectors.items()}
        self.metrics.config_info.clear()
        self.metrics.config_info.labels(self.hash).set(1)
        self.metrics.config_loaded.set(self.wall())

    def _keep(self, raw: bytes) -> None:
        try:
            write_whole(self.kept / KEPT, raw, OWNER)  # it may hold credentials of endpoints
        except OSError as error:
            log.warning("last good configuration not kept", reason=str(error))

    def _serve_kept(self) -> bool:
        kept, problem = self.kept / KEPT, self.problem
        if not kept.exists():
            return False
        try:
            raw = read_bytes(kept)
            self._take(parse_config(raw, str(kept)), sha256(raw).hexdigest())
        except ConfigRefused as error:
            log.error("kept configuration refused", reason=str(error))
            return False
        self.problem = problem
        return True


@dataclass(slots=True)
class Announcements:
    """Both calendars as one; the same object while neither changes, so that detectors know when one does."""

    file: Callable[[], Calendar]
    config: ConfigFile
    _parts: tuple[Calendar, Calendar] | None = None
    _whole: Calendar = field(default_factory=Calendar)

    def __call__(self) -> Calendar:
        """All that is announced."""
        parts = (self.file(), self.config.calendar)
        if self._parts is None or any(new is not old for new, old in zip(parts, self._parts, strict=True)):
            self._parts = parts
            self._whole = parts[0] if not parts[1].windows and not parts[1].closed_days else joined(*parts)
        return self._whole


def joined(one: Calendar, other: Calendar) -> Calendar:
    """What either announces."""
    return Calendar(one.closed_days | other.closed_days, (*one.windows, *other.windows))
