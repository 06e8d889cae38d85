"""Options that several commands share, and how progress is shown."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.registry import STORE
from models.scenarios.discovery import scenarios
from models.spec import Scenario

RegistryOption = Annotated[Path, typer.Option("--registry", help="Folder of bundles.", show_default="the shipped one")]
DEFAULT_REGISTRY = STORE
LabelsOption = Annotated[
    Path | None,
    typer.Option(help="What `stream_app alerts labels` writes: true anomalies are not learnt, false ones are."),
]
EVERY_SECONDS = 1.0


def say(text: str) -> None:
    """A line for people; results go to stdout or a file, this to stderr."""
    print(text, file=sys.stderr, flush=True)


def saying(stem: str) -> Callable[[str], None]:
    """Lines about one scenario."""
    return lambda text: say(f"{stem}: {text}")


def moment(option: str, text: str) -> datetime | None:
    """A time as it is written in messages, in UTC unless it says otherwise; None for an empty text."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option} {text!r} is no RFC 3339 time such as 2026-03-02T00:00:00Z") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def chosen(only: list[str]) -> list[Scenario]:
    """The named scenarios, all when none is named."""
    unknown = sorted(set(only) - scenarios().keys())
    if unknown:
        raise typer.BadParameter(f"no scenario {', '.join(unknown)}; there are {', '.join(scenarios())}")
    return [scenarios()[stem] for stem in only or scenarios()]


def counter(what: str) -> Callable[[int], None]:
    """Progress of something counted, at most once a second."""
    started = time.monotonic()
    shown = started

    def show(count: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= EVERY_SECONDS:
            shown = now
            say(f"{count:>12,} {what}, {count / (now - started):,.0f}/s")

    return show
