"""A series from a CSV file with a header `timestamp,value`.

Times are ISO 8601 (without an offset they count as UTC) or seconds or milliseconds since the epoch; rows stand in
order of time, equal times are allowed. An empty value or NaN is a missing one: its row keeps its place, takes the value
before it, and is never an alarm. Everything else that is no number or no time is refused with its line.
"""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import SeriesRefused

HEADER = ("timestamp", "value")
MISSING = {"", "nan", "na", "null", "none"}
MILLISECONDS = 1e11  # a number above this counts milliseconds: as seconds it would be the year 5138
YEAR = 365.25 * 86_400
MOST_YEARS = 100
LARGEST = 1e15  # of a value; beyond, squares leave the range of the models' numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """n rows, n at least 1, as written and as numbers."""

    timestamps: list[str]
    texts: list[str]
    seconds: Floats  # (n,) since the epoch, never falling
    values: Floats  # (n,) finite; the value before where one is missing
    missing: NDArray[np.bool_]  # (n,)


def read_series(path: Path) -> Series:
    """The file's series. Raises SeriesRefused, which names the line and the remedy."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _parsed(path, csv.reader(stream))
    except OSError as error:
        raise SeriesRefused(f"{path} cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise SeriesRefused(f"{path} is no UTF-8 text; save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise SeriesRefused(f"{path} is no CSV ({error}); save it as CSV with a header timestamp,value") from error


def _parsed(path: Path, rows: Iterable[list[str]]) -> Series:
    numbered = ((number, row) for number, row in enumerate(rows, 1) if row)
    _, header = next(numbered, (0, None))
    if header is None:
        raise SeriesRefused(f"{path} is empty; write a first line timestamp,value and a line for each row")
    places = _places(path, header)
    lines, timestamps, texts = [], [], []
    for line, row in numbered:
        if len(row) <= max(places):
            raise SeriesRefused(
                f"{path} line {line}: {len(row)} columns, the header has {len(header)}; complete the row"
            )
        lines.append(line)
        timestamps.append(row[places[0]])
        texts.append(row[places[1]])
    if not lines:
        raise SeriesRefused(f"{path} has a header and no rows; there is nothing to judge, leave the file out")
    return _checked(path, lines, timestamps, texts)


def _places(path: Path, header: list[str]) -> tuple[int, int]:
    names = [name.strip().lower() for name in header]
    if not set(HEADER) <= set(names):
        raise SeriesRefused(
            f"{path} has no header timestamp,value (its first line is {','.join(header)[:60]!r}); add one"
        )
    return names.index(HEADER[0]), names.index(HEADER[1])


def _checked(path: Path, lines: list[int], timestamps: list[str], texts: list[str]) -> Series:
    seconds = np.array([_seconds(path, line, text) for line, text in zip(lines, timestamps, strict=True)])
    back = np.flatnonzero(np.diff(seconds) < 0)
    if len(back):
        line = lines[int(back[0]) + 1]
        raise SeriesRefused(f"{path} line {line}: earlier than the row before; sort the rows by time")
    years = (seconds[-1] - seconds[0]) / YEAR
    if years > MOST_YEARS:
        raise SeriesRefused(f"{path} spans {years:,.0f} years, at most are {MOST_YEARS}; correct its timestamps")
    values = np.array([_value(path, line, text) for line, text in zip(lines, texts, strict=True)])
    missing = np.isnan(values)
    if missing.all():
        raise SeriesRefused(f"{path} has no value at all; there is nothing to judge, leave the file out")
    return Series(timestamps, texts, seconds, _held(values, missing), missing)


def _seconds(path: Path, line: int, text: str) -> float:
    try:
        return _epoch(text.strip())
    except (ValueError, OverflowError) as error:
        raise SeriesRefused(
            f"{path} line {line}: timestamp {text[:40]!r} is neither ISO 8601 nor seconds since the epoch; correct it"
        ) from error


def _epoch(text: str) -> float:
    """Seconds since the epoch.

    >>> _epoch("1970-01-02 00:00:00"), _epoch("86400"), _epoch("1970-01-02T01:00:00+01:00")
    (86400.0, 86400.0, 86400.0)
    """
    if not text.replace(".", "", 1).isdigit():
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    number = float(text)
    return number / 1000 if number > MILLISECONDS else number


def _value(path: Path, line: int, text: str) -> float:
    """NaN for a missing value."""
    if text.strip().lower() in MISSING:
        return math.nan
    try:
        value = float(text)
    except ValueError as error:
        raise SeriesRefused(
            f"{path} line {line}: value {text[:40]!r} is no number; correct it, or leave it empty"
        ) from error
    if not abs(value) <= LARGEST:
        raise SeriesRefused(
            f"{path} line {line}: value {text[:40]!r} is too large to judge; leave it empty or use a larger unit"
        )
    return value


def _held(values: Floats, missing: NDArray[np.bool_]) -> Floats:
    """Missing values replaced by the one before; those before the first known one by that."""
    last = np.maximum.accumulate(np.where(missing, -1, np.arange(len(values))))
    first = int(np.argmin(missing))
    return values[np.where(last < 0, first, last)]
