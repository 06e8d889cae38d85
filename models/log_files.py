"""Where recorded logs stand: a file each, or a folder of them that is read in the order of their names."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from models.errors import LogRefused

SUFFIXES = (".jsonl", ".jsonl.gz")


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, those of a folder in its place; LogRefused when a folder holds none."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = logs_in(path)
        if not found:
            raise LogRefused(f"the folder {path} holds no log; record one with python -m stream_app record --folder")
        yield from found


def logs_in(folder: Path) -> list[Path]:
    """The logs of a folder by name; hidden files are none."""
    named = (path for path in folder.iterdir() if path.name.endswith(SUFFIXES) and not path.name.startswith("."))
    return sorted(path for path in named if path.is_file())
