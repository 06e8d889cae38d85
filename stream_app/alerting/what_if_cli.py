"""`python -m stream_app alerts what-if`: what would have been reported with another threshold."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shop_services.contracts.times import milliseconds
from stream_app.settings import load_settings

if TYPE_CHECKING:
    from models.what_if import Comparison, Reported

LOGS = typer.Option("--log", help="Recorded logs or folders of them, in order of time.")


def what_if(
    scenario: Annotated[str, typer.Option(help="The detector whose threshold is tried.")],
    threshold: Annotated[float, typer.Option(help="As in the configuration file: 2 asks for twice the score.")],
    log: Annotated[list[Path] | None, LOGS] = None,
    minimum_volume: Annotated[
        float | None, typer.Option(help="As in the configuration file.", show_default="as configured")
    ] = None,
    since: Annotated[str, typer.Option(help="Only what was not over before, RFC 3339; earlier records warm up.")] = "",
) -> None:
    """Replay recorded logs with the present and with another threshold, and list what would come and go.

    The present is what MONITOR_CONFIG, MONITOR_CALENDAR and MONITOR_REGISTRY say.
    """
    from models.cli.options import counter, moment  # imported here so that --help stays quick
    from stream_app.alerting.trying import Trial, try_out

    begin = moment("--since", since)
    trial = Trial(scenario, threshold, minimum_volume, milliseconds(begin) if begin else 0)
    for line in _lines(try_out(load_settings(), log or (), trial, counter("records replayed"))):
        typer.echo(line)


def _lines(found: "Comparison") -> Iterator[str]:
    """What would be added (+), what would be gone (-), what stays (=); the counts last."""
    marked = [("+", found.added), ("-", found.gone), ("=", found.same)]
    yield from (_line(mark, one) for mark, these in marked for one in these)
    counts = [len(these) for _, these in marked]
    yield f"{counts[0]} more, {counts[1]} fewer, {counts[2]} the same; {len(found.present)} are reported at present"


def _line(mark: str, one: "Reported") -> str:
    start, end = (f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}" for ms in (one.start, one.end))
    return f"{mark} {start} to {end} UTC  {one.severity:<8} {one.score:>7.2f}  {one.entity}  {one.summary}"
