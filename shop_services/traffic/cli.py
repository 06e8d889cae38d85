"""The command line of the simulator."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shop_services.traffic.casting import chosen
from shop_services.traffic.faults import Faults
from shop_services.traffic.progress import told

app = typer.Typer(help="The shop's simulator: months of messages in minutes, live shoppers, replay of logs.", no_args_is_help=True)

ANOMALIES_HELP = "Which anomalies happen: stem[:variant],... or all or none."


@app.command()
def generate(
    output: Annotated[Path, typer.Option("-o", "--output", help="The log; .gz packs it. The truth is written beside it.")],
    days: Annotated[float, typer.Option(min=0.01, help="How many days.")] = 24.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same log.")] = 7,
    start: Annotated[datetime, typer.Option(help="Shop time at the beginning (UTC).")] = datetime(2026, 3, 1),  # noqa: B008
    anomalies: Annotated[str, typer.Option(help=ANOMALIES_HELP)] = "none",
    per_day: Annotated[float | None, typer.Option(help="Incidents a day; without it every chosen variant happens once.")] = None,
    twins: Annotated[bool, typer.Option(help="Also what only looks like an anomaly, labelled in LOG.twins.jsonl.")] = False,
    late: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of messages that arrive late.")] = 0.0,
    double: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of messages that arrive twice.")] = 0.0,
    skew: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of the cart's messages stamped two hours ahead.")] = 0.0,
    growth: Annotated[float, typer.Option(help="Growth of demand per day, 0.02 is 2 %.")] = 0.0,
) -> None:
    """Write a log of days of the shop's messages, and the truth about what was done to it."""
    from shop_services.traffic.generate import Generation, Wish, write_log

    cast = chosen(anomalies, twins=twins)
    faults = Faults(late, double, skew)
    generation = Generation.of(Wish(days, seed, start.replace(tzinfo=UTC), cast, per_day, faults, growth))
    with told(f"{days:g} days") as tell:
        written = write_log(generation, output, tell)
    typer.echo(f"{written:,} messages in {output}, {len(generation.truth())} incidents beside it.")


@app.callback()
def _root() -> None:
    """The shop's simulator: months of messages in minutes, live shoppers, replay of logs."""
