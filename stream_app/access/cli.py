"""`python -m stream_app access`: people and tokens in the file that MONITOR_ACCESS names."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from stream_app.access.identity import GRANTS
from stream_app.errors import BadSetting
from stream_app.settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Who may do what: people and API tokens.")
HELP = "; ".join(f"{scope}: {grants}" for scope, grants in GRANTS.items()) + ". Each holds those before it."
Name = Annotated[str, typer.Argument(help="What the audit log calls them.")]
Scopes = Annotated[list[str], typer.Option("--scope", help=HELP)]
File = Annotated[Path | None, typer.Option("--file", help="The access file; else the one of MONITOR_ACCESS.")]


@app.command("add-person")
def add_person(name: Name, scope: Scopes, file: File = None) -> None:
    """Add somebody who signs in to the pages, or change their password. It is asked for, or read from a pipe."""
    from stream_app.access import editing

    path = _path(file)
    editing.add_person(path, name, _password(), scope)
    typer.echo(f"{name} may {_told(scope)} from now on ({path})")


@app.command("add-token")
def add_token(
    name: Name,
    scope: Scopes,
    days: Annotated[float | None, typer.Option(min=0.01, max=3650, help="After so many it is refused.")] = None,
    file: File = None,
) -> None:
    """Make an API token and print it, this once. One of the same name counts no more."""
    from stream_app.access import editing

    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days) if days else None
    typer.echo(editing.add_token(_path(file), name, scope, expires))


@app.command("list")
def show(file: File = None) -> None:
    """Who may do what."""
    from stream_app.access.file import load_access

    held = load_access(_path(file))
    for name, person in sorted(held.people.items()):
        typer.echo(f"{name}  person  {_told(person.scopes)}")
    for name, token in sorted(held.tokens.items()):
        until = f"  until {token.expires.isoformat()}" if token.expires else ""
        typer.echo(f"{name}  token  {_told(token.scopes)}{until}")


@app.command()
def remove(name: Name, file: File = None) -> None:
    """Take a person or token out; what they have open ends with their next request."""
    from stream_app.access import editing

    editing.remove(_path(file), name)
    typer.echo(f"{name} may nothing from now on")


def _path(given: Path | None) -> Path:
    path = given or load_settings().access
    if path is None:
        raise BadSetting("there is no access file: set MONITOR_ACCESS to one, or give --file; it is made when missing")
    return path


def _password() -> str:
    """From a pipe its first line; from a person twice, unseen."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _told(scopes: Iterable[str]) -> str:
    return ", ".join(sorted(scopes))
