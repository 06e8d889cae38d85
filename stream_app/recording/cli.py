"""`python -m stream_app record`: the shop's topics as a log."""

import asyncio
import signal
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.logs import setup_logging
from stream_app.settings import load_settings

if TYPE_CHECKING:
    from stream_app.recording.lines import Tally
    from stream_app.recording.run import Recorder
    from stream_app.recording.sinks import Sink

FILE = typer.Option("--output", "-o", help="One log, .jsonl or .jsonl.gz; it appears when it is whole.")
FOLDER = typer.Option(help="A folder of logs that each call, or --follow, goes on with where the one before ended.")
SINCE = typer.Option(help="What was written from then on, RFC 3339; not where a folder goes on.", show_default="all")
UNTIL = typer.Option(help="What was written before.", show_default="now")
FOLLOW = typer.Option("--follow", help="Go on until SIGTERM or Ctrl-C, through outages of Kafka too.")


def record(
    output: Annotated[Path | None, FILE] = None,
    folder: Annotated[Path | None, FOLDER] = None,
    since: Annotated[str, SINCE] = "",
    until: Annotated[str, UNTIL] = "",
    follow: Annotated[bool, FOLLOW] = False,
    keep_days: Annotated[
        float | None, typer.Option(help="Of a folder: so many days before the newest record.", min=0)
    ] = None,
    piece_seconds: Annotated[float, typer.Option(help="Of a folder: how long a log of it lasts.", min=1)] = 600.0,
) -> None:
    """Record the shop's topics for models train, refit, replay, calibrate, and for what-if. Settings: MONITOR_*.

    Joins no consumer group and commits nothing. Written is what the monitor decodes: numbers, types, times and ids,
    never a name or an address. What cannot be decoded is counted. Exit status 1: there was nothing to record;
    2: bad options; 3: Kafka does not answer or has no topic of the shop; 4: the log cannot be written.
    """
    from models.cli.options import moment, say  # imported here so that --help stays quick

    _check(output, folder, until, follow, keep_days)
    between = moment("--since", since), moment("--until", until)
    with _sink(output, folder, piece_seconds, keep_days) as sink:
        tally = _filled(sink, between, follow)
        for line in _summary(tally):
            say(line)
        if output and not tally.kept:
            say("nothing was recorded")
            raise typer.Exit(1)


def _filled(sink: "Sink", between: tuple[datetime | None, datetime | None], follow: bool) -> "Tally":
    """Run until all is recorded; who follows, until told to end, and tells of itself meanwhile."""
    from models.cli.options import counter
    from models.clock import parse_clock
    from stream_app.recording.health import serve_health
    from stream_app.recording.lines import Lines
    from stream_app.recording.run import Recorder, Wanted

    settings = load_settings()
    setup_logging(settings.log_level)
    lines, wanted = Lines(parse_clock(settings.clock)), Wanted(settings.broker, between, follow)
    recorder = Recorder(wanted, lines, sink, (lambda _: None) if follow else counter("records read"))
    if follow:
        serve_health(recorder, settings)
    asyncio.run(_until_told(recorder))
    return lines.tally


def _check(output: Path | None, folder: Path | None, until: str, follow: bool, keep_days: float | None) -> None:
    if (output is None) == (folder is None):
        raise typer.BadParameter("name a file with -o, or a --folder")
    if until and (follow or folder):
        raise typer.BadParameter("--until is for a file, and not with --follow")
    if keep_days is not None and folder is None:
        raise typer.BadParameter("--keep-days is for a --folder")


def _sink(
    output: Path | None, folder: Path | None, lasting: float, keep_days: float | None
) -> "AbstractContextManager[Sink]":
    from stream_app.recording.pieces import pieces
    from stream_app.recording.sinks import whole_file

    if output is not None:
        return whole_file(output)
    assert folder is not None
    return pieces(folder, lasting, None if keep_days is None else timedelta(days=keep_days))


async def _until_told(recorder: "Recorder") -> None:
    """Run; a signal ends what follows, and interrupts what does not."""
    work = asyncio.ensure_future(recorder.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError as error:
        if not (recorder.wanted.follow and work.cancelling()):
            raise typer.Abort from error


def _summary(tally: "Tally") -> list[str]:
    """What became of the records, a line for each thing."""
    told = [(f"records refused: {reason}", count) for reason, count in sorted(tally.refused.items())]
    told += [("records of unknown types left out", tally.unknown), ("records of probes left out", tally.probes)]
    told += [("records were gone from Kafka before", tally.lost)]
    return [f"{tally.kept:,} of {tally.read:,} records recorded", *(f"{n:>8} {what}" for what, n in told if n)]
