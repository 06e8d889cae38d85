"""`python -m stream_app alerts`: the process, and what operators ask of its store."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.alerting import feedback_cli
from stream_app.alerting.what_if_cli import what_if
from stream_app.logs import setup_logging
from stream_app.settings import Settings, load_settings

if TYPE_CHECKING:
    from stream_app.alerting.store.outbox import Posted

app = typer.Typer(add_completion=False)
app.command("what-if")(what_if)
app.command("judge")(feedback_cli.judge)
app.command("mute")(feedback_cli.mute)
app.command("mutes")(feedback_cli.mutes)
app.command("unmute")(feedback_cli.unmute)


@app.callback(invoke_without_command=True)
def alerts(context: typer.Context) -> None:
    """Make incidents of anomalies and tell people. Settings: MONITOR_* in the environment; routes: MONITOR_ROUTES."""
    if context.invoked_subcommand is None:
        from stream_app.alerting.process import run_alerts  # imported here so that --help stays quick

        raise typer.Exit(run_alerts(_settings(), os.environ))


@app.command()
def check() -> None:
    """Read the routes and open every channel, send nothing; status 2 and the place of the error when they are wrong."""
    from stream_app.alerting.channels import open_channels
    from stream_app.alerting.routes_file import load_routes
    from stream_app.alerting.web import Web

    settings = load_settings()
    routes = load_routes(settings.routes, os.environ, settings.config)
    for name, channel in open_channels(routes, Web()).items():
        ways = sum(name in route.endpoints for route in routes.routes)
        typer.echo(f"{name}: {channel.kind}, {ways} {'route leads' if ways == 1 else 'routes lead'} there")
    typer.echo(f"{len(routes.endpoints)} endpoints, {len(routes.routes)} routes")


@app.command()
def dead(endpoint: Annotated[str | None, typer.Option(help="Only what was meant for this one.")] = None) -> None:
    """List the messages that were given up, oldest first."""
    from stream_app.alerting.desk import IncidentDesk

    with IncidentDesk.open(load_settings().alerts_database_url) as desk:
        for each in desk.dead(endpoint=endpoint):
            typer.echo(_line(each))


@app.command()
def resend(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of dead letters, as `dead` lists them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    endpoint: Annotated[str | None, typer.Option(help="Only what was meant for this one.")] = None,
) -> None:
    """Have the running process deliver dead letters after all, with their ids and in their order."""
    from stream_app.alerting.desk import IncidentDesk

    if not ids and not everything and not endpoint:
        raise typer.BadParameter("name ids, or --endpoint NAME, or --all")
    with IncidentDesk.open(load_settings().alerts_database_url) as desk:
        revived = desk.resend(ids or (), endpoint=endpoint)
    typer.echo(f"{len(revived)} {'message is' if len(revived) == 1 else 'messages are'} on the way again")
    if unknown := set(ids or ()) - {each.id for each in revived}:
        typer.echo(f"no dead letter has the id {', '.join(sorted(unknown))}", err=True)
        raise typer.Exit(1)


@app.command()
def labels(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the labels go, JSON lines.")],
) -> None:
    """Write what people said about anomalies, for `models train --labels` and `models refit --labels`."""
    from stream_app.alerting.desk import IncidentDesk
    from stream_app.alerting.feedback.labels import write_labels

    with IncidentDesk.open(load_settings().alerts_database_url) as desk:
        counts = write_labels(output, desk.labels())
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    typer.echo(f"{sum(counts.values())} labels{f': {told}' if told else ''}")


def _settings() -> Settings:
    settings = load_settings()
    setup_logging(settings.log_level)
    return settings


def _line(posted: "Posted") -> str:
    from stream_app.alerting.wording import rfc3339

    return f"{posted.id}  {rfc3339(posted.finished)}  {posted.endpoint}  {posted.kind}  {posted.reason}"
