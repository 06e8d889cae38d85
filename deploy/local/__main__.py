"""`make run`: the whole system on this machine, until Ctrl-C or for DURATION seconds."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from kafka.errors import KafkaError
from pydantic import ValidationError
from rich.console import Console

from deploy.local import requests
from deploy.local.access import PERSON, new_password
from deploy.local.errors import LocalError, NotReady
from deploy.local.interruption import Interrupted, Interruption
from deploy.local.options import RunOptions
from deploy.local.parts import PART_NAMES
from deploy.local.preflight import is_running, own_folder
from deploy.local.programs import INSTALL, are_installed
from deploy.local.run import Run
from deploy.local.screen import Screen

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
Folder = Annotated[Path, typer.Option(envvar="RUN_FOLDER", help="Logs, data, truth and summary.")]
Plan = Annotated[
    Literal["demo", "none"], typer.Option(envvar="PLAN", help="Trouble made on purpose, or none: a quiet evening.")
]
Hook = Annotated[str, typer.Option(envvar="HOOK", help="A URL that Alertmanager tells, by receiver.")]
Duration = Annotated[
    float | None, typer.Option(envvar="DURATION", min=1, help="Seconds of traffic; without it until Ctrl-C.")
]
KafkaPort = Annotated[
    int, typer.Option(envvar="KAFKA_PORT", min=1, max=65000, help="The next one is its controller's.")
]
GatewayPort = Annotated[
    int, typer.Option(envvar="GATEWAY_PORT", min=8080, max=58000, help="The five services take the next ones.")
]
PrometheusPort = Annotated[
    int, typer.Option(envvar="PROMETHEUS_PORT", min=1, max=65000, help="The next one is Alertmanager's.")
]
AlertsPort = Annotated[
    int, typer.Option(envvar="ALERTS_PORT", min=1, max=65000, help="The next one is the recorder's.")
]


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    duration: Duration = None,
    speed: Annotated[float, typer.Option(envvar="SPEED", min=1, max=600, help="Shop minutes a minute.")] = 60.0,
    kafka_port: KafkaPort = 9092,
    gateway_port: GatewayPort = 8080,
    worker_port: Annotated[int, typer.Option(envvar="WORKER_PORT", min=1, max=65000)] = 8090,
    console_port: Annotated[int, typer.Option(envvar="CONSOLE_PORT", min=1, max=65000)] = 8088,
    prometheus_port: PrometheusPort = 9190,
    alerts_port: AlertsPort = 8092,
    canary_port: Annotated[int, typer.Option(envvar="CANARY_PORT", min=1, max=65000)] = 8091,
    folder: Folder = Path(".run"),
    hook: Hook = "",
    plan: Plan = "demo",
    simulator: Annotated[bool, typer.Option(help="Let shoppers in, and trouble with them.")] = True,
    seed: Annotated[int, typer.Option(envvar="SEED", help="Draws products, shoppers and trouble.")] = 7,
) -> None:
    """Start Kafka, the shop, the monitor and shoppers, at 60 times the pace from 17:30 shop time on.

    With a duration the run ends with a table, and with status 0 only if all four anomalies were reported within their
    budgets and at most one anomaly was false; of an evening without trouble, only if nothing was reported.
    """
    if context.invoked_subcommand is None:
        options = RunOptions(
            duration=duration,
            speed=speed,
            folder=folder,
            kafka_port=kafka_port,
            shop_port=gateway_port,
            worker_port=worker_port,
            console_port=console_port,
            prometheus_port=prometheus_port,
            alerts_port=alerts_port,
            canary_port=canary_port,
            with_shoppers=simulator,
            plan=plan,
            hook=hook,
            seed=seed,
        )
        raise typer.Exit(run(_completed(options), Screen(Console())))


@app.command()
def stop(part: str, folder: Folder = Path(".run")) -> None:
    """Stop one part of the run that goes on: a service, gateway, worker, alerts, console, recorder, kafka ..."""
    _ask("stop", part, folder)


@app.command()
def start(part: str, folder: Folder = Path(".run")) -> None:
    """Start a part again that was stopped."""
    _ask("start", part, folder)


def _completed(options: RunOptions) -> RunOptions:
    """With what the machine offers, and a password unless there is an access file already."""
    password = "" if os.environ.get("MONITOR_ACCESS") else new_password()
    return replace(options, with_watchers=are_installed(), password=password)


def run(options: RunOptions, screen: Screen) -> int:
    """One run from start to end; gives the exit status."""
    try:
        with own_folder(options.folder):
            return _run(Run(options, screen, Interruption()), options, screen)
    except LocalError as error:
        return _failed(str(error), error.exit_code)
    except KafkaError as error:
        log = options.folder / "logs" / "kafka.log"
        return _failed(f"Kafka at {options.bootstrap} gave no answer ({type(error).__name__}): see {log}", 3)
    except OSError as error:
        where = error.filename or options.folder
        return _failed(f"{where}: {error.strerror or error}; free some disk space, or choose another --folder", 3)


def _failed(sentence: str, status: int) -> int:
    print(f"deploy.local: {sentence}", file=sys.stderr)
    return status


def _run(owner: Run, options: RunOptions, screen: Screen) -> int:
    try:
        owner.start()
        _tell_addresses(options, screen)
        owner.watch()
        faults = owner.conclude().faults()
        for fault in faults:
            screen.console.print(f"  not good: {fault}")
        return 1 if faults else 0
    except Interrupted:
        screen.console.print("stopping everything")
        return 0 if options.duration is None else 130
    finally:
        owner.close()


def _tell_addresses(options: RunOptions, screen: Screen) -> None:
    screen.address("console", options.console_url)
    if options.password:
        screen.address("sign in", f"{PERSON}, password {options.password}")
    screen.address("shop", f"{options.gateway_url}/docs")
    screen.address("worker", f"{options.worker_url}/readyz and /metrics")
    if options.with_watchers:
        screen.address("metrics", options.prometheus_url)
        screen.address("alerts", options.alertmanager_url)
    else:
        screen.address("metrics", f"Prometheus and Alertmanager run here too after: {INSTALL}")
    screen.address("logs", str(options.folder / "logs"))


def _ask(verb: requests.Verb, part: str, folder: Path) -> None:
    if part not in PART_NAMES:
        raise typer.BadParameter(f"{part!r} is none of {', '.join(PART_NAMES)}", param_hint="'PART'")
    if not is_running(folder):
        raise NotReady(f"no run uses {folder}: start one with make run")
    requests.ask(folder, verb, part)


def command_line() -> int:
    """A wrong option or setting is one line that names it, the value and what is allowed, and status 2."""
    try:
        return app(standalone_mode=False) or 0
    except LocalError as error:
        return _failed(str(error), error.exit_code)
    except typer.TyperException as error:
        sentence = getattr(error, "format_message", error.__str__)()
        return _failed(f"{sentence}{_refused(error)}", 2)


def _refused(error: typer.TyperException) -> str:
    """The value that cannot be used, which typer leaves out of its message."""
    cause = error.__cause__
    return f", not {cause.errors()[0]['input']!r}" if isinstance(cause, ValidationError) else ""


if __name__ == "__main__":
    sys.exit(command_line())
