"""The access file of a running process: checked, and read again when it changes. While it cannot be used the last good
one serves.
"""

import stat
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from stream_app.access.document import AccessDocument
from stream_app.config.reading import ConfigRefused, parse_document, read_bytes
from stream_app.errors import BadSetting

log = structlog.get_logger(__name__)
Seen = tuple[int, int, int] | None


class AccessRefused(BadSetting):
    """The access file cannot be used; the message names file, line, key, and what is allowed, never a value."""


@dataclass(slots=True)
class AccessFile:
    """`current` is replaced whole, so any thread may read it; `problem` says why the file as it is does not count."""

    path: Path
    current: AccessDocument = field(default_factory=AccessDocument)
    problem: str = ""
    _seen: Seen = None

    @classmethod
    def open(cls, path: Path) -> "AccessFile":
        """Read for the first time; raises AccessRefused."""
        seen = _state(path)
        return cls(path, load_access(path), _seen=seen)

    def refresh(self) -> AccessDocument:
        """Read it again when it has changed; gives what counts now. One look at the file's state, else nothing."""
        if (seen := _state(self.path)) != self._seen:
            self._seen = seen
            self._read()
        return self.current

    def _read(self) -> None:
        try:
            self.current, self.problem = load_access(self.path), ""
            log.info("access file read", people=len(self.current.people), tokens=len(self.current.tokens))
        except AccessRefused as error:
            self.problem = str(error)
            log.error("access file refused, the last good one serves", reason=self.problem)


def load_access(path: Path) -> AccessDocument:
    """The file's content; raises AccessRefused, also when others than its owner may read or write it."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise AccessRefused(f"MONITOR_ACCESS={path} cannot be read: {error.strerror or error}") from None
    if mode & 0o077:
        raise AccessRefused(f"{path} is open to others (mode {mode:04o}): chmod 600 {path}")
    try:
        return parse_document(read_bytes(path), str(path), AccessDocument)
    except ConfigRefused as error:
        raise AccessRefused("\n".join(["access file refused", *error.mistakes])) from None


def _state(path: Path) -> Seen:
    """Changes when the file does; its mode too."""
    try:
        held = path.stat()
    except OSError:
        return None  # `load_access` says why
    return held.st_mtime_ns, held.st_size, held.st_ctime_ns
