"""Series with labelled windows from a folder: CSVs of `timestamp,value` and `windows.json`, {file: [[first, last]]}."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.series.reading import Series, read_series
from tests.evaluation_series.nab import Floats, Judged, judged

VARIABLE = "NAB_DATA"  # of the environment: where the folder is
WINDOWS = "windows.json"
ABSENT = f"no folder of labelled series: set {VARIABLE} to one with CSVs and {WINDOWS}"


class Labelled(NamedTuple):
    """A series and its windows as (first row, last row)."""

    series: Series
    windows: list[tuple[int, int]]

    def judged(self, scores: Floats) -> Judged:
        """Scores (n,) beside what the labels say of them."""
        return judged(scores, self.windows)


def read_corpus(folder: Path) -> dict[str, Labelled]:
    """Every file that `windows.json` names, by its name there."""
    labels = json.loads((folder / WINDOWS).read_text("utf-8"))
    return {name: _labelled(read_series(folder / name), spans) for name, spans in labels.items()}


def _labelled(series: Series, spans: list[list[str]]) -> Labelled:
    return Labelled(series, [_rows(series.seconds, *map(_moment, span)) for span in spans])


def _rows(seconds: Floats, first: float, last: float) -> tuple[int, int]:
    return int(np.searchsorted(seconds, first)), int(np.searchsorted(seconds, last, side="right")) - 1


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
