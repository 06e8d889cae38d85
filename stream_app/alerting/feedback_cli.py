"""`python -m stream_app alerts judge, mute, mutes, unmute`: saying what anomalies were, where no console is at hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.settings import load_settings

if TYPE_CHECKING:
    from stream_app.alerting.desk import IncidentDesk

ByOption = Annotated[str, typer.Option(help="Who says so; it stands in the history.")]


def judge(
    id: Annotated[str, typer.Argument(help="Of an incident, or of one of its anomalies.")],
    verdict: Annotated[str, typer.Argument(help="true, expected, false, new_normal or unsure.")],
    by: ByOption,
    cause: Annotated[str, typer.Option(help="What it was, in a few words.")] = "",
) -> None:
    """Say what an incident was; what is like it is kept quiet after false, expected and new_normal."""
    from stream_app.alerting.desk import UnknownIncident  # imported here so that --help stays quick
    from stream_app.alerting.feedback.verdicts import check_verdict

    with _desk() as desk:
        said = check_verdict(verdict)
        try:
            incident = desk.judge(id, said, by, cause)
        except UnknownIncident:
            incident = desk.judge_anomaly(id, said, by, cause)
    typer.echo(f"incident {incident.id} is judged {said}")


def mute(
    scenario: Annotated[str, typer.Argument(help="Of which nobody is told.")],
    by: ByOption,
    hours: Annotated[float, typer.Option(help="For so long, wall time.")] = 1.0,
    entity: Annotated[str, typer.Option(help="Of this one alone, as service/cart-service.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
) -> None:
    """Tell nobody of a scenario's anomalies for a while; what goes on after it is told then."""
    from stream_app.alerting.feedback import Scope

    with _desk() as desk:
        kept = desk.mute(Scope(scenario, entity), time.time() + hours * 3_600, by, reason)
    typer.echo(kept.id)


def mutes() -> None:
    """List the mutes that hold, the one that ends first at the head."""
    from stream_app.alerting.wording import rfc3339

    with _desk() as desk:
        for each in desk.mutes():
            what = " ".join(filter(None, (each.scope.scenario, each.scope.entity)))
            typer.echo(f"{each.id}  until {rfc3339(each.until)}  {what}  by {each.by}  {each.reason}".rstrip())


def unmute(id: Annotated[str, typer.Argument(help="Of a mute, as `mutes` lists them.")]) -> None:
    """End a mute now."""
    with _desk() as desk:
        desk.unmute(id)


@contextmanager
def _desk() -> "Iterator[IncidentDesk]":
    from stream_app.alerting.desk import IncidentDesk

    with IncidentDesk.open(load_settings().alerts_database_url) as desk:
        yield desk
