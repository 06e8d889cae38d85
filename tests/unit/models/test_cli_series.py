import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.__main__ import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run(source, "-o", output)`: exit status and stderr of `python -m models series`."""

    def typed(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["models", "series", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr().err

    return typed


def write(path: Path, rows: int = 30) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"2026-03-01 00:{row:02}:00,{row % 7}.50" for row in range(rows)]
    path.write_text("\n".join(["timestamp,value", *lines]), "utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_file_gets_a_row_for_each_of_its_rows_with_timestamp_and_value_as_written(run: Run, tmp_path: Path):
    source, answer = write(tmp_path / "in.csv"), tmp_path / "new" / "out.csv"

    status, said = run(source, "-o", answer)

    assert status == 0
    assert "1 of 1 series judged" in said
    rows = read(answer)
    assert list(rows[0]) == ["timestamp", "value", "anomaly_score", "alarm"]
    assert [(row["timestamp"], row["value"]) for row in rows[:2]] == [
        ("2026-03-01 00:00:00", "0.50"),
        ("2026-03-01 00:01:00", "1.50"),
    ]
    assert len(rows) == 30
    assert {row["alarm"] for row in rows} == {"0"}


def test_the_files_of_a_directory_keep_their_places(run: Run, tmp_path: Path):
    write(tmp_path / "in" / "a.csv")
    write(tmp_path / "in" / "deep" / "b.CSV")

    status, _ = run(tmp_path / "in", "-o", tmp_path / "out")

    assert status == 0
    assert (tmp_path / "out" / "a.csv").is_file()
    assert (tmp_path / "out" / "deep" / "b.CSV").is_file()


def test_a_bad_file_is_named_and_the_others_are_judged(run: Run, tmp_path: Path):
    write(tmp_path / "in" / "good.csv")
    (tmp_path / "in" / "bad.csv").write_text("")

    status, said = run(tmp_path / "in", "-o", tmp_path / "out")

    assert status == 2
    assert "bad.csv is empty" in said
    assert "1 of 2 series judged" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.csv"]


def test_a_directory_without_series_is_refused(run: Run, tmp_path: Path):
    status, said = run(tmp_path, "-o", tmp_path / "out")

    assert status == 2
    assert said.startswith("models: ")
    assert "holds no .csv files" in said


@pytest.mark.parametrize("place", ["in", "in/a.csv"], ids=["its directory", "itself"])
def test_nothing_is_written_over_what_is_read(run: Run, tmp_path: Path, place: str):
    source = write(tmp_path / "in" / "a.csv")
    before = source.read_bytes()

    status, said = run(tmp_path / place, "-o", tmp_path / place)

    assert status == 2
    assert "overwrite" in said
    assert source.read_bytes() == before


def test_a_file_in_the_way_of_the_answers_is_named(run: Run, tmp_path: Path):
    source = write(tmp_path / "in" / "a.csv").parent
    in_the_way = write(tmp_path / "out")

    status, said = run(source, "-o", in_the_way)

    assert status == 2
    assert "is a file; give a directory" in said
