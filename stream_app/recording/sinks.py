"""Where lines go. A file gets its name when it is whole, never before."""

import gzip
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

import msgspec

from stream_app.errors import RecordingUnwritable
from stream_app.recording.lines import Line


class Positions(msgspec.Struct, frozen=True):
    """How far the shop was recorded: Kafka's id of the log behind each topic, and where each source goes on."""

    logs: dict[str, str] = {}
    offsets: dict[str, int] = {}


class Sink(Protocol):
    """Takes lines in order. Its methods raise RecordingUnwritable."""

    @property
    def start(self) -> Positions:
        """How far what it holds already goes."""

    def write(self, lines: Sequence[Line], behind: Positions) -> None:
        """Keep some lines, at least one; the recording would go on `behind` them."""

    def turn(self) -> None:
        """Called every second or so."""


class WholeFile:
    """One log."""

    start = Positions()

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, lines: Sequence[Line], behind: Positions) -> None:
        """Add lines to the log."""
        with writing():
            self._stream.writelines(line.text for line in lines)

    def turn(self) -> None:
        """There is nothing to do before the end."""


@contextmanager
def whole_file(path: Path) -> Iterator[WholeFile]:
    """A log that gets its name at the end of the block; an error in it leaves what was there before."""
    aside = path.with_name(f".{path.name}.part")
    with writing():
        stream = opened(aside, path)
    try:
        try:
            yield WholeFile(stream)
        finally:
            with writing():
                stream.close()
        with writing():
            put(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def opened(aside: Path, path: Path) -> IO[bytes]:
    """A file to be written that is to have another name; gzipped when that ends so."""
    return cast(IO[bytes], gzip.open(aside, "wb")) if path.suffix == ".gz" else aside.open("wb")


def put(aside: Path, path: Path) -> None:
    """Give a closed file its name, with its content on the disk before."""
    with aside.open("rb") as stream:
        os.fsync(stream.fileno())
    aside.replace(path)


@contextmanager
def writing() -> Iterator[None]:
    """What the disk refuses is RecordingUnwritable."""
    try:
        yield
    except OSError as error:
        raise RecordingUnwritable(f"the log cannot be written ({error}): make room, or choose another place") from error
