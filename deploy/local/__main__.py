"""`make run`: the whole system on this machine, until Ctrl-C or for DURATION seconds."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.errors import LocalError
from deploy.local.options import RunOptions
from deploy.local.run import Run


def main(
    duration: Annotated[
        float | None, typer.Option(envvar="DURATION", min=1, help="Seconds of traffic; without it until Ctrl-C.")
    ] = None,
    speed: Annotated[float, typer.Option(envvar="SPEED", min=1, max=600, help="Shop minutes a minute.")] = 60.0,
    kafka_port: Annotated[int, typer.Option(envvar="KAFKA_PORT", min=1, max=65000)] = 9092,
    shop_port: Annotated[
        int, typer.Option(envvar="SHOP_PORT", min=8080, max=58000, help="The gateway's; five services follow.")
    ] = 8080,
    worker_port: Annotated[int, typer.Option(envvar="WORKER_PORT", min=1, max=65000)] = 8090,
    console_port: Annotated[int, typer.Option(envvar="CONSOLE_PORT", min=1, max=65000)] = 8088,
    folder: Annotated[Path, typer.Option(envvar="RUN_FOLDER", help="Logs, data, summary.")] = Path(".run"),
    shoppers: Annotated[bool, typer.Option(help="Let shoppers in, and trouble with them.")] = True,
    seed: Annotated[int, typer.Option(envvar="SEED", help="Draws shoppers and trouble.")] = 7,
) -> None:
    """Start Kafka, the shop, the monitor and shoppers at 60 times the pace from 17:30 shop time on.

    With a duration the run ends with a table, and with status 0 only if all four anomalies were reported within
    their budgets and at most one anomaly was false.
    """
    options = RunOptions(
        duration=duration,
        speed=speed,
        folder=folder,
        kafka_port=kafka_port,
        shop_port=shop_port,
        worker_port=worker_port,
        console_port=console_port,
        with_shoppers=shoppers,
        seed=seed,
    )
    raise typer.Exit(_run(options, Console()))


def _run(options: RunOptions, console: Console) -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    run = Run(options, console)
    try:
        run.start()
        _tell_addresses(options, console)
        return 0 if run.watch() else 1
    except LocalError as error:
        print(f"deploy.local: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        console.print("stopping")
        return 0 if options.duration is None else 130
    finally:
        run.close()


def _tell_addresses(options: RunOptions, console: Console) -> None:
    console.print(f"console  {options.console_url}")
    console.print(f"shop     {options.gateway_url}/docs")
    console.print(f"worker   {options.worker_url}/readyz, /metrics")
    console.print(f"logs     {options.folder}/logs")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    typer.run(main)
