"""`series`: any numeric series through the shipped recipe."""

import time
from pathlib import Path
from typing import Annotated

import typer

from models.cli.options import say
from models.errors import ModelsError
from models.series.files import pairs, write_answer
from models.series.reading import Series, read_series

REFUSED = 2


def series(
    source: Annotated[Path, typer.Argument(metavar="FILE_OR_DIR", help="A CSV file, or a directory of them.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File, or directory for a directory's answers.")],
) -> None:
    """Judge CSVs of timestamp,value: a row timestamp,value,anomaly_score,alarm for each of theirs.

    One setting serves all files. The score lies between 0 and 1, from 0.5 on a row is an alarm; it depends on no later
    row. Missing values are never an alarm. A file that cannot be read is named, the others are judged, and the exit
    status is 2.
    """
    work = pairs(source, output)
    started = time.monotonic()
    refused = sum(_refused(read, write, f"{number} of {len(work)}") for number, (read, write) in enumerate(work, 1))
    say(f"{len(work) - refused} of {len(work)} series judged in {time.monotonic() - started:.1f} s")
    if refused:
        raise typer.Exit(REFUSED)


def _refused(read: Path, write: Path, place: str) -> bool:
    try:
        _judge(read, write, place)
    except ModelsError as error:
        say(f"models: {error}")
        return True
    return False


def _judge(read: Path, write: Path, place: str) -> None:
    held = read_series(read)
    say(f"{place}: {read}, {len(held.seconds):,} rows{_left_out(held)}")
    from models.training.series_recipe import verdicts  # imported here: the training libraries take seconds to load

    started = time.monotonic()
    scores, alarms = verdicts(held)
    write_answer(write, held, scores, alarms)
    say(f"    {int(alarms.sum())} alarms in {time.monotonic() - started:.1f} s")


def _left_out(held: Series) -> str:
    missing = int(held.missing.sum())
    return f", {missing:,} of them without a value" if missing else ""
