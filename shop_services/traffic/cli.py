"""The command line of the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shop_services.traffic.casting import chosen, planned
from shop_services.traffic.curve import UNREST
from shop_services.traffic.errors import TrafficError
from shop_services.traffic.faults import Faults
from shop_services.traffic.pace import Pace
from shop_services.traffic.progress import told

app = typer.Typer(
    help="The shop's simulator: months of messages in minutes, live shoppers, replay of logs.", no_args_is_help=True
)

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]
ANOMALIES_HELP = "Which anomalies happen: stem[:variant],... or all or none."


class LogFormat(StrEnum):
    """What a log to replay looks like."""

    JSONL = "jsonl"
    RETAIL = "retail"


@app.command()
def generate(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The log; .gz packs it. The truth is written beside it.")
    ],
    days: Annotated[float, typer.Option(min=0.01, help="How many days.")] = 24.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same log.")] = 7,
    start: Annotated[datetime, typer.Option(formats=MOMENTS, help="Shop time at the beginning (UTC).")] = datetime(
        2026, 3, 1
    ),
    anomalies: Annotated[str, typer.Option(help=ANOMALIES_HELP)] = "none",
    per_day: Annotated[
        float | None, typer.Option(help="Incidents a day; without it every chosen variant happens once.")
    ] = None,
    twins: Annotated[
        bool, typer.Option(help="Also what only looks like an anomaly, labelled in LOG.twins.jsonl.")
    ] = False,
    late: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of messages that arrive late.")] = 0.0,
    double: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of messages that arrive twice.")] = 0.0,
    skew: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the cart's messages stamped two hours ahead.")
    ] = 0.0,
    growth: Annotated[float, typer.Option(help="Growth of demand per day, 0.02 is 2 %.")] = 0.0,
    unrest: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Variance of the demand's swings within minutes.")
    ] = UNREST,
) -> None:
    """Write a log of days of the shop's messages, and the truth about what was done to it."""
    from shop_services.traffic.generate import Generation, Wish, write_log

    with sentences():
        cast = chosen(anomalies, twins=twins)
    faults = Faults(late, double, skew)
    generation = Generation.of(Wish(days, seed, start.replace(tzinfo=UTC), cast, per_day, faults, growth, unrest))
    with sentences(), told(f"{days:g} days") as tell:
        written = write_log(generation, output, tell)
    typer.echo(f"{written:,} messages in {output}, {len(generation.truth())} incidents beside it.")


@app.command()
def live(
    gateway: Annotated[str, typer.Option(help="The gateway's address.")] = "http://127.0.0.1:8080",
    speed: Annotated[float, typer.Option(min=0.01, help="Shop minutes a minute.")] = 60.0,
    start: Annotated[datetime, typer.Option(formats=MOMENTS, help="Shop time at the beginning (UTC).")] = datetime(
        2026, 3, 25, 17, 30
    ),
    clock: Annotated[
        str | None, typer.Option(envvar="SHOP_CLOCK", help="The services' clock; replaces speed and start.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="This file gets a line for every incident that shows itself.")
    ] = None,
    duration: Annotated[float | None, typer.Option(help="Stop after so many seconds; without it on Ctrl-C.")] = None,
    anomalies: Annotated[str, typer.Option(help=ANOMALIES_HELP)] = "none",
    plan: Annotated[str, typer.Option(help="A plan of incidents by the minute: demo or none.")] = "none",
    seed: Annotated[int, typer.Option(help="The same seed draws the same products and shoppers.")] = 7,
) -> None:
    """Let shoppers and staff loose on a running shop."""
    from shop_services.traffic.performance import Billing, perform

    pace = _pace(clock) if clock else Pace.starting_now(speed, start.replace(tzinfo=UTC))
    with sentences():
        billing = Billing(seed, chosen(anomalies, live=True), planned(plan), duration)
        summary = asyncio.run(perform(gateway, pace, billing, truth))
    typer.echo(summary)


@app.command()
def replay(
    log: Annotated[Path, typer.Argument(help="The log.", exists=True, dir_okay=False)],
    kafka: Annotated[str, typer.Option(help="Bootstrap address.")] = "127.0.0.1:9092",
    speed: Annotated[str, typer.Option(help="max, or how many times as fast as it happened.")] = "max",
    format: Annotated[LogFormat, typer.Option(help="jsonl, or the invoice lines of a real shop.")] = LogFormat.JSONL,
    begin: Annotated[
        datetime | None, typer.Option("--from", formats=MOMENTS, help="Leave out what is earlier (UTC).")
    ] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=MOMENTS, help="Stop there (UTC).")] = None,
) -> None:
    """Send a recorded log to Kafka."""
    from shop_services.traffic.replay import Pacing, between, connected, read_log, send_all
    from shop_services.traffic.retail import read_retail

    pacing = Pacing(None if speed == "max" else _positive(speed))
    records = read_log(log) if format is LogFormat.JSONL else read_retail(log)
    with sentences(), connected(kafka) as producer, told(log.name) as tell:
        tally = send_all(between(records, _utc(begin), _utc(end)), producer, pacing, lambda sent: tell(sent, 0.0))
    for topic, count in sorted(tally.topics.items()):
        typer.echo(f"{count:>10,}  {topic}")
    typer.echo(f"{tally.total:>10,}  messages sent to {kafka}, {tally.failed:,} of them not taken")
    raise typer.Exit(1 if tally.failed else 0)


@contextmanager
def sentences() -> Iterator[None]:
    """What goes wrong in a foreseen way is said in a sentence, not in a traceback; the exit code is 2."""
    try:
        yield
    except TrafficError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{where}{error.strerror or error}. Free some disk space, or name another file.", err=True)
        raise typer.Exit(2) from error


def _pace(clock: str) -> Pace:
    try:
        return Pace.of_text(clock)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--clock") from error


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not number > 0:  # nan too
        raise typer.BadParameter(f"{text!r} is neither max nor a number above 0", param_hint="--speed")
    return number


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
