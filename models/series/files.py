"""Which files are judged and where the answers go."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from models.errors import SeriesRefused
from models.series.reading import Series

COLUMNS = ("timestamp", "value", "anomaly_score", "alarm")


def pairs(source: Path, output: Path) -> list[tuple[Path, Path]]:
    """(file to read, file to write). A directory's CSVs, at any depth, keep their places below `output`.

    Raises SeriesRefused when there is none, or when a file would be written over the one it is read from.
    """
    if not source.is_dir():
        found = [(source, output / source.name if output.is_dir() else output)]
    else:
        answers = output if output != source else None
        within = [path for path in _below(source) if answers is None or not path.is_relative_to(answers)]
        found = [(path, output / path.relative_to(source)) for path in within]
    if not found:
        raise SeriesRefused(f"{source} holds no .csv files; give a CSV file or a directory with some")
    if source.is_dir() and output.is_file():
        raise SeriesRefused(f"{output} is a file; give a directory with -o, as {source} is one")
    if any(read.resolve() == write.resolve() for read, write in found):
        raise SeriesRefused(f"{output} would overwrite what is read; choose another place with -o")
    return found


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".csv" and path.is_file())


def write_answer(path: Path, series: Series, scores: NDArray[np.float64], alarms: NDArray[np.bool_]) -> None:
    """A row for every row of the series, timestamp and value as they were written. Raises SeriesRefused."""
    with _opened(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        written = (f"{score:.6f}" for score in scores)
        writer.writerows(zip(series.timestamps, series.texts, written, alarms.astype(int).tolist(), strict=True))


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """For writing; the file is there only once it is complete."""
    aside = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        aside.replace(path)
    except OSError as error:
        raise SeriesRefused(f"{path} cannot be written ({error.strerror}); choose another place with -o") from error
