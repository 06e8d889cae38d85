"""A folder of logs that grows and forgets: pieces that are whole once they have a name, and a note of how far they go.

Each is named by the arrival of its first record, so that their names are in order of time. How far the shop was
recorded before a piece and behind it is noted before the piece gets its name. So a recorder that dies at any moment
goes on where the last piece ends: nothing is missing, nothing stands twice.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from itertools import pairwise
from pathlib import Path
from typing import IO

import structlog

from stream_app.errors import RecordingUnwritable
from stream_app.recording import notes
from stream_app.recording.lines import Line
from stream_app.recording.sinks import Positions, opened, put, writing

NAMED = "%Y-%m-%dT%H%M%S.%fZ.jsonl.gz"
MOST_LINES = 1_000_000  # of one piece

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Piece:
    """What is being written and has no name yet."""

    stream: IO[bytes]
    begun: float  # wall time, seconds
    first: datetime  # arrival of the first record
    last: datetime
    lines: int = 0


@dataclass(slots=True)
class Pieces:
    """Takes lines, one piece after the other. Pieces older than `keep` before the newest record are removed."""

    folder: Path
    lasting: float  # seconds of wall time after which a piece is whole
    keep: timedelta | None = None  # None: for ever
    wall: Callable[[], float] = time.monotonic
    start: Positions = field(init=False)  # behind the newest piece that has a name
    _behind: Positions = field(init=False)
    _piece: _Piece | None = None

    def __post_init__(self) -> None:
        self._aside.unlink(missing_ok=True)
        self.start = self._behind = notes.standing(self.folder)

    def write(self, lines: Sequence[Line], behind: Positions) -> None:
        """Add lines, at least one, to the piece; one that cannot take them all is given up, and recorded anew."""
        with writing(), ExitStack() as failed:
            piece, self._piece = self._piece or self._begun(_moment(lines[0])), None
            failed.callback(_give_up, piece.stream)
            piece.stream.writelines(line.text for line in lines)
            failed.pop_all()
        self._piece = piece
        piece.lines += len(lines)
        piece.last, self._behind = _moment(lines[-1]), behind
        self.turn()

    def turn(self) -> None:
        """Finish the piece when it is due."""
        piece = self._piece
        if piece and (piece.lines >= MOST_LINES or self.wall() - piece.begun >= self.lasting):
            self.finish()

    def finish(self) -> None:
        """Give the piece its name, and forget what is too old."""
        piece, self._piece = self._piece, None
        if piece is None:
            return
        name = self._name(piece.first)
        with writing():
            piece.stream.close()
            notes.keep(self.folder, notes.Note(name, self.start, self._behind))
            put(self._aside, self.folder / name)
        log.info("recorded", piece=name, records=piece.lines)
        self.start = self._behind
        self._forget(piece.last)

    def names(self) -> list[str]:
        """Of all pieces, the oldest first; other logs in the folder are none."""
        return sorted(path.name for path in self.folder.iterdir() if _began(path.name))

    def _begun(self, first: datetime) -> _Piece:
        return _Piece(opened(self._aside, Path(self._aside.stem)), self.wall(), first, first)

    def _name(self, first: datetime) -> str:
        """By the first arrival, and later than every name so far."""
        newest = _began(max(self.names(), default=""))
        return max(first, newest + timedelta(milliseconds=1) if newest else first).strftime(NAMED)

    def _forget(self, newest: datetime) -> None:
        """Remove every piece behind which all is too old too."""
        if self.keep is None:
            return
        names = self.names()
        for name, following in pairwise(names):
            if (end := _began(following)) and end <= newest - self.keep:
                (self.folder / name).unlink(missing_ok=True)

    @property
    def _aside(self) -> Path:
        return self.folder / ".piece.jsonl.gz.part"


@contextmanager
def pieces(folder: Path, lasting: float, keep: timedelta | None) -> Iterator[Pieces]:
    """The pieces of a folder, which is nobody else's meanwhile; what was written at the end of the block is kept."""
    with writing():
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    with lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise RecordingUnwritable(f"another recorder writes to {folder}: stop it, or choose another") from error
        held = Pieces(folder, lasting, keep)
        try:
            yield held
        finally:
            held.finish()


def _give_up(stream: IO[bytes]) -> None:
    with suppress(OSError):
        stream.close()


def _moment(line: Line) -> datetime:
    return datetime.fromtimestamp(line.arrived / 1000, UTC)


def _began(name: str) -> datetime | None:
    """When the first record of a piece arrived; None when no piece is named so."""
    try:
        return datetime.strptime(name, NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None
