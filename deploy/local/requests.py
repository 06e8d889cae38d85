"""Stopping and starting one part of a running system from another terminal: `make stop PART=orders`.

A request is an empty file in the run's folder, which the runner takes and deletes; nothing listens, nothing is guessed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

Verb = Literal["stop", "start"]


class Request(NamedTuple):
    """What somebody wants done to a part."""

    verb: str
    part: str


def ask(folder: Path, verb: Verb, part: str) -> None:
    """Leave a request for the runner that owns the folder."""
    (folder / "requests" / f"{verb}-{part}").touch()


def take(folder: Path) -> Iterator[Request]:
    """The requests left since the last call, oldest first."""
    for path in sorted((folder / "requests").iterdir(), key=lambda path: path.stat().st_mtime_ns):
        verb, _, part = path.name.partition("-")
        path.unlink()
        yield Request(verb, part)
