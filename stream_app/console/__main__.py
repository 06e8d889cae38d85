"""`python -m stream_app.console`: the console by itself, with options instead of settings."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from models.clock import Clock, parse_clock
from models.registry import STORE
from shop_services.contracts.topics import ANOMALY_TOPIC, DEAD_LETTER_TOPIC
from stream_app.console.options import ConsoleOptions
from stream_app.console.server import run_console
from stream_app.errors import BadSetting, MonitorError
from stream_app.topics import READINGS_TOPIC

DATA = Path(".run/monitor")


def main(
    bootstrap: Annotated[str, typer.Option(help="Kafka's address.")] = "127.0.0.1:9092",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)] = 8088,
    worker: Annotated[str, typer.Option(help="The worker's address.")] = "http://127.0.0.1:8090",
    title: Annotated[str, typer.Option(help="Shown on every page.")] = "Shop monitor",
    anomaly_topic: Annotated[str, typer.Option(help="Where anomalies are published.")] = ANOMALY_TOPIC,
    readings_topic: Annotated[str, typer.Option(help="Where the curves are published.")] = READINGS_TOPIC,
    dead_letter_topic: Annotated[str, typer.Option(help="Where dead letters are published.")] = DEAD_LETTER_TOPIC,
    clock: Annotated[str, typer.Option(help="wall, events, or scaled:<speed>:<shop start>:<anchor>.")] = "wall",
    access: Annotated[Path | None, typer.Option(help="File of people and tokens; without it nobody may act.")] = None,
    data: Annotated[
        Path, typer.Option(help="Folder of local state: the incidents' database, the cookies' key.")
    ] = DATA,
    registry: Annotated[Path, typer.Option(help="Folder of the model bundles.")] = STORE,
    recordings: Annotated[Path | None, typer.Option(help="Folder of recorded logs.")] = None,
    api_token: Annotated[str, typer.Option(envvar="MONITOR_API_TOKEN", help="The worker's token.")] = "",
) -> None:
    """Show what is wrong with the shop, and why."""
    try:
        options = ConsoleOptions(bootstrap, host, port, worker, title, _clock(clock), anomaly_topic, readings_topic)
        options = replace(options, access=access, data=data, registry=registry, recordings=recordings)
        run_console(replace(options, dead_letter_topic=dead_letter_topic, worker_token=api_token))
    except MonitorError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


def _clock(text: str) -> Clock:
    try:
        return parse_clock(text)
    except ValueError as error:
        raise BadSetting(f"--clock {text}: {error}") from error


if __name__ == "__main__":
    typer.run(main)
