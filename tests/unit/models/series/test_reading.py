from pathlib import Path

import numpy as np
import pytest

from models.errors import SeriesRefused
from models.series.reading import read_series

GOOD = "timestamp,value\n2026-03-01 00:00:00,1.5\n2026-03-01 00:05:00,2\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "series.csv"
    path.write_text(text, "utf-8")
    return path


def test_times_and_values_are_read_and_kept_as_written(tmp_path: Path):
    series = read_series(written(tmp_path, GOOD))

    assert series.values.tolist() == [1.5, 2.0]
    assert np.diff(series.seconds).tolist() == [300.0]
    assert series.timestamps == ["2026-03-01 00:00:00", "2026-03-01 00:05:00"]
    assert series.texts == ["1.5", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,value\n1772323200,1\n",
        "timestamp,value\n1772323200000,1\n",
        "Value,x,Timestamp\n1,,2026-03-01T01:00+01:00\n",
    ],
    ids=["seconds", "milliseconds", "ISO with offset, other columns, other order"],
)
def test_times_come_in_several_forms(tmp_path: Path, text: str):
    assert read_series(written(tmp_path, text)).seconds.tolist() == [1772323200.0]


def test_a_missing_value_takes_the_one_before_and_is_marked(tmp_path: Path):
    rows = "timestamp,value\n1,\n2,3\n3,NaN\n4,5\n"

    series = read_series(written(tmp_path, rows))

    assert series.values.tolist() == [3, 3, 3, 5]
    assert series.missing.tolist() == [True, False, True, False]


def test_equal_times_and_blank_lines_are_taken(tmp_path: Path):
    assert len(read_series(written(tmp_path, "timestamp,value\n1,1\n\n1,2\n")).seconds) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("timestamp,value\n", "header and no rows"),
        ("2026-03-01,1\n2026-03-02,2\n", "no header timestamp,value"),
        (GOOD + "2026-03-01 00:04:00,3\n", "line 4: earlier than the row before; sort"),
        (GOOD + "yesterday,3\n", "line 4: timestamp 'yesterday'"),
        (GOOD + "2026-03-02,three\n", "line 4: value 'three' is no number"),
        (GOOD + "2026-03-02,inf\n", "line 4: value 'inf' is too large"),
        (GOOD + "2026-03-02\n", "line 4: 1 columns, the header has 2"),
        ("timestamp,value\n1,\n2,nan\n", "no value at all"),
        ("timestamp,value\n1026-03-01,1\n2026-03-01,1\n", "spans 1,000 years, at most are 100"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_line(tmp_path: Path, text: str, said: str):
    with pytest.raises(SeriesRefused) as refused:
        read_series(written(tmp_path, text))

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_and_bytes_that_are_no_text_are_refused(tmp_path: Path):
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"\xff\xfe\x00\x81")

    with pytest.raises(SeriesRefused, match="no UTF-8"):
        read_series(path)
    with pytest.raises(SeriesRefused, match="cannot be read"):
        read_series(tmp_path / "nowhere.csv")
